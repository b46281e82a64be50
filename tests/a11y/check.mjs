// Runs axe and a keyboard walk over every page of a small city, in both languages.
//
// Pages are found by following links from the start page of each account, so nothing has to be
// listed here. Addresses that differ in a number or an id only are looked at a few times. What no
// link leads to is asked for by itself: forms that were refused, and the pages of a student.

import { spawn, execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import {
  mkdtempSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const target = process.env.CARGO_TARGET_DIR ?? join(here, "../../target");
const program = process.env.XINQIAO_CITY ?? join(target, "debug/xinqiao-city");
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const pictures = process.env.PAGES;

/** Width that officials' and schools' screens have. */
const VIEW = { width: 1366, height: 768 };
/** Pages of one account; a crawl that finds more says so. */
const PAGES_MAX = 150;
/** Pages of one shape, such as /ledgers/KIND. */
const SHAPE_MAX = 2;
/** Tab presses on one page. */
const TABS_MAX = 400;
/** How long the city may take to come up. */
const CITY_MS = 10 * 60_000;
const PASSWORD = "four green umbrellas";
/** Roles that the city gives nobody at the school that is looked at, each with its post there. */
const ROLES = [["principal"], ["auditor"], ["class-teacher", "班主任"], ["mentor", "导师"]];
/** Forms of an account that are sent empty, so that they come back with what is wrong. */
const REFUSED = {
  xinli: ["/acts/open", "/talks/new", "/ledgers/consent/new", "/ledgers/talk/import",
    "/screening/new", "/referrals/new"],
  deyu: ["/ledgers/mentor/new", "/ledgers/budget/new", "/acts/hold"],
  "look-mentor": ["/talks/batch"],
};

/** Accounts of the school by their role; the others are named by it. */
const ROLE_OF = { xinli: "counsellor", deyu: "moral-head", demo: "operator" };
/** Empty parts that are right, each with its reason: role, path, sentence. */
const RIGHT = readFileSync(join(here, "empty.txt"), "utf8")
  .split("\n")
  .filter((line) => line.trim() && !line.startsWith("#"))
  .map((line) => line.split("|").map((part) => part.trim()));

const findings = [];
let looked = 0;
/** Shapes of pages that were walked with the Tab key, in each language once: it takes seconds. */
const walked = new Set();

function find(where, what) {
  findings.push(`${where}: ${what}`);
  // Said at once, so that a walk that is cut off has told what it found.
  console.log(`found at ${where}: ${what}`);
  console.log(`  FOUND ${where}: ${what}`);
}

/** Starts a city and waits until it says where its pages are. */
async function startCity(dir) {
  const city = spawn(program, ["--schools", "6", "--dir", dir, "--lang", "en"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const pages = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no city after ${CITY_MS} ms\n${said}`)), CITY_MS);
    city.on("error", reject);
    city.on("exit", (code) => reject(new Error(`the city ended with ${code}\n${said}`)));
    city.stderr.on("data", (bytes) => {
      said += bytes;
      if (!said.includes("Ctrl-C ends it")) return;
      clearTimeout(late);
      const line = /(http:\S+)\s+login\s+(\S+)\s+password\s+(\S+)/g;
      resolve([...said.matchAll(line)].map(([, url, login, password]) => ({ url, login, password })));
    });
  });
  return { city, pages };
}

/** Gives the school whose console is looked at an account of each role that nobody has there. */
async function addAccounts(dir, browser, head) {
  const [first, file] = ["first.txt", "password.txt"].map((name) => join(dir, name));
  writeFileSync(first, `first ${PASSWORD}`);
  writeFileSync(file, PASSWORD);
  const data = join(dir, operatedSchool(dir));
  const added = [];
  for (const [role, post] of ROLES) {
    const login = `look-${role}`;
    const args = ["__run", "node", "user", "add", login, "--name", "测试", "--role", role, "--json"];
    if (post) args.push("--staff", staffOf(dir, post));
    const said = JSON.parse(
      execFileSync(program, [...args, "--password-file", first, "--data", data], { stdio: "pipe" }));
    const given = join(dir, `${login}.txt`);
    // A second head comes in by the first one, who is shown the second half of the password.
    const half = said.waits_for_head ? await agree(browser, head) : null;
    writeFileSync(given, half ? `${said.first_half}-${half}` : `first ${PASSWORD}`);
    // The first password is for the first sign-in only.
    const own = ["__run", "node", "user", "password", login, "--password-file", given];
    execFileSync(program, [...own, "--new-password-file", file, "--data", data], { stdio: "pipe" });
    added.push({ login, password: PASSWORD });
  }
  return added;
}

/** Agrees as a head to what was asked at the terminal; gives the half of the password that is shown. */
async function agree(browser, head) {
  const context = await browser.newContext({ viewport: VIEW });
  const page = await context.newPage();
  await signIn(page, head.url, head);
  await page.goto(new URL("/accounts", head.url).href);
  await page.click("form[action^='/accounts/asked/'] button[value=agree]");
  const half = await page.textContent("b.mono");
  await context.close();
  return half;
}

/** The unit of the one school where the city makes an operator's account. */
function operatedSchool(dir) {
  const units = readdirSync(join(dir, "keys")).map((name) => name.match(/^(F.*)-demo-password/)?.[1]);
  return units.find((unit) => unit !== undefined);
}

/** The number of the first member of staff of a post, as the office's list has it. */
function staffOf(dir, post) {
  const list = readFileSync(join(dir, "office", operatedSchool(dir), "staff.csv"), "utf8");
  return list.split("\n").find((line) => line.endsWith(`,${post}`)).split(",")[0];
}

/** The code of an authenticator app: RFC 6238 over the key that the page shows. */
function appCode(key, step) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replace(/ /g, "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const now = () => Math.floor(Date.now() / 30_000);

/** Everything that is looked at on one page; as a state of its own where it is one. */
async function look(page, where, state) {
  looked += 1;
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  for (const violation of result.violations) {
    for (const node of violation.nodes.slice(0, 3)) {
      find(where, `axe ${violation.id} (${violation.impact}): ${node.html.slice(0, 160)}`);
    }
  }
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (over > 0) find(where, `wider than ${VIEW.width} by ${over}`);
  const lang = await page.evaluate(() => document.documentElement.lang);
  // A state is walked in one language: the order of its controls is that of the page without it.
  const turn = state ? `${state} ${shape(page.url())}` : `${lang} ${shape(page.url())}`;
  if (!walked.has(turn)) {
    walked.add(turn);
    await walk(page, where);
  }
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    const name = where.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 120);
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
}

/** Whether a line of the list is about an empty part. */
function isRight([role, pattern, says], own, path, text) {
  const [wanted, parts] = [pattern.split("/"), path.split("/")];
  const fits = wanted.length === parts.length
    && wanted.every((part, at) => part === "*" || part === parts[at]);
  return fits && says === text && (role === "*" || role === own);
}

/** A part that says that it has nothing to show, at a school that has lived; in one language. */
async function empties(page, account) {
  if (!account.isOfSchool) return;
  const lang = await page.evaluate(() => document.documentElement.lang);
  if (!lang.startsWith("zh")) return;
  const own = ROLE_OF[account.login] ?? account.login.replace(/^look-/, "");
  const { pathname } = new URL(page.url());
  const texts = await page.$$eval(".empty", (all) =>
    all.filter((e) => e.getClientRects().length > 0).map((e) => e.textContent.trim()));
  for (const text of new Set(texts)) {
    if (RIGHT.some((line) => isRight(line, own, pathname, text))) continue;
    // As a line of the list, to which only the reason is added.
    find("empty", `${own} | ${pathname} | ${text} |`);
  }
}

/** Tabs through the page: every control is reached, in order, and is seen to have the focus. */
async function walk(page, where) {
  const expected = await page.evaluate(() => {
    const controls = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const seen = (e) => e.getClientRects().length > 0 || e.classList.contains("skip");
    const open = (e) => !e.disabled && e.type !== "hidden" && seen(e);
    const list = [...document.querySelectorAll(controls)].filter(open);
    list.forEach((e, at) => e.setAttribute("data-walk", String(at)));
    if (document.activeElement) document.activeElement.blur();
    window.getSelection().removeAllRanges();
    return list.length;
  });
  const reached = [];
  let turns = 0;
  for (let press = 0; press < Math.min(expected + 40, TABS_MAX); press += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const style = getComputedStyle(e);
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return { at: Number(e.getAttribute("data-walk") ?? -1), ring, html: e.outerHTML.slice(0, 120) };
    });
    if (!now) {
      // The end of the page: a page whose first focus is in its middle is begun again from the top.
      turns += reached.length ? 1 : 0;
      if (turns > 1) break;
      continue;
    }
    if (now.at >= 0 && !now.ring) find(where, `no ring of the focus: ${now.html}`);
    if (now.at >= 0 && reached[reached.length - 1] !== now.at) reached.push(now.at);
    if (new Set(reached).size === expected) break;
  }
  const distinct = new Set(reached);
  if (expected < TABS_MAX - 40 && distinct.size < expected) {
    const missed = [...Array(expected).keys()].filter((at) => !distinct.has(at));
    const html = await page.evaluate(
      (at) => document.querySelector(`[data-walk='${at}']`)?.outerHTML.slice(0, 120), missed[0]);
    find(where, `${missed.length} controls are not reached by Tab, such as ${html}`);
  }
  const start = reached.indexOf(0);
  const order = start < 0 ? reached : [...reached.slice(start), ...reached.slice(0, start)];
  const radios = await page.evaluate(() => document.querySelector("input[type=radio]") !== null);
  if (!radios && order.some((at, place) => place > 0 && at < order[place - 1])) {
    find(where, "Tab leaves the order of the page");
  }
}

/** The address without what only tells pages of one shape apart: ids, kinds, numbers. */
function shape(url) {
  const [, first, ...rest] = new URL(url).pathname.split("/");
  const names = ["new", "next", "password", "factor", "code"];
  return [first, ...rest.map((part) => (names.includes(part) ? part : "*"))].join("/");
}

async function signIn(page, base, account, where) {
  await page.goto(new URL("/login", base).href);
  if (where) await look(page, `${where} /login`);
  await page.fill("#login", account.login);
  await page.fill("#password", account.password);
  await page.click("form[action='/login'] button");
  const { pathname } = new URL(page.url());
  if (pathname === "/me/factor") {
    if (where) await look(page, `${where} /me/factor`);
    account.key = await page.textContent(".login .mono");
    account.step = now();
    await page.fill("#app-code", appCode(account.key, account.step));
    await page.click("form[action='/me/factor/app'] button");
    if (where) await look(page, `${where} sheet of codes`);
  } else if (pathname === "/login/code") {
    if (where) await look(page, `${where} /login/code`);
    while (now() <= account.step) await new Promise((resolve) => setTimeout(resolve, 500));
    account.step = now();
    await page.fill("#code", appCode(account.key, account.step));
    await page.click("form[action='/login/code'] button");
  }
}

/** Opens a student's page, which is the answer to a form. */
async function openStudent(page, where, account) {
  const form = await page.$("form[action^='/students/'] button[type=submit]");
  if (!form) return;
  await form.click();
  await look(page, `${where} (opened)`);
  await empties(page, account);
  await page.goBack();
}

/** Sends a form as it is, whatever a browser would still ask for, and looks at the answer. */
async function refuse(page, base, path, where) {
  await page.goto(new URL(path, base).href);
  const button = await page.$(`main form[method=post][action='${path}'] button[type=submit]`);
  if (button === null) {
    find(where, `there is no form to send at ${page.url()}`);
    return;
  }
  const send = button.evaluate((one) => {
    one.form.noValidate = true;
    one.click();
  });
  // The answer of a page that is left is no answer.
  await Promise.all([page.waitForNavigation(), send.catch(() => null)]);
  if ((await page.$("[role=alert], .err")) === null) find(where, "an empty form was not refused");
  await look(page, `${where} (refused)`, "refused");
}

/** Sends the forms of an account empty, in both languages, signed in once. */
async function refusals(browser, base, account) {
  const context = await browser.newContext({ viewport: VIEW, locale: "zh-CN" });
  const page = await context.newPage();
  page.on("pageerror", (error) => find(account.login, `script error: ${error.message}`));
  await signIn(page, base, account);
  for (const lang of ["zh", "en"]) {
    await page.goto(new URL(`/ledgers?lang=${lang}`, base).href);
    for (const path of REFUSED[account.login] ?? []) {
      await refuse(page, base, path, `${account.login} ${lang} ${path}`);
    }
  }
  await context.close();
}

/** The weeks that the city's time may be moved on, to be out of the holidays. */
const WEEKS_MAX = 10;

/** Moves the time of the city on, which all its processes follow within a moment. */
async function moveTime(dir, days) {
  const file = join(dir, "clock");
  const ahead = Number(readFileSync(file, "utf8")) + days * 86_400_000;
  writeFileSync(`${file}.new`, String(ahead));
  renameSync(`${file}.new`, file);
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Fills in the form of a new run around the school's today, and sends it; whether it was taken. */
async function newRun(page, base) {
  // The city goes by a clock of its own: a talk is of its today, unless told otherwise.
  await page.goto(new URL("/talks/new", base).href);
  const today = Date.parse(await page.inputValue("input[name=day]"));
  await page.goto(new URL("/screening/new", base).href);
  if ((await page.$("[name=last]")) === null) return false;
  const on = (days) => new Date(today + days * 86_400_000).toISOString().slice(0, 10);
  const typed = { name: "看一遍", contact: "心理辅导室", first: on(0), last: on(6), from: "00:00",
    to: "23:59", classes_per_day: "0" };
  for (const [name, value] of Object.entries(typed)) await page.fill(`[name=${name}]`, value);
  for (const box of await page.$$("input[name=use][value^='phq-9:']")) await box.check();
  await page.click("form[action='/screening/new'] button[type=submit]");
  return (await page.$("main a[href*='/classes/']")) !== null;
}

/** Opens a run as the counsellor, in the holidays after them, and gives the codes of a class. */
async function openRun(dir, browser, base, account) {
  for (let week = 0; week < WEEKS_MAX; week += 1) {
    const context = await browser.newContext({ viewport: VIEW, locale: "zh-CN" });
    const page = await context.newPage();
    await signIn(page, base, account);
    let codes;
    if (await newRun(page, base)) {
      await page.click("main a[href*='/classes/']");
      await page.click("form[action$='/codes'] button[value=new]");
      codes = await page.$$eval(".slip b", (all) => all.map((b) => b.textContent));
    }
    await context.close();
    if (codes) return codes;
    await moveTime(dir, 7);
  }
  return [];
}

/** Answers as a student on a school's computer, looking at each page on the way. */
async function answer(browser, base, code, lang) {
  const context = await browser.newContext({ viewport: VIEW, locale: lang === "zh" ? "zh-CN" : "en" });
  const page = await context.newPage();
  const who = `student ${lang}`;
  page.on("pageerror", (error) => find(who, `script error: ${error.message}`));
  const at = async (path, state) => {
    if (path) await page.goto(new URL(path, base).href);
    await look(page, `${who} ${new URL(page.url()).pathname} ${state ?? ""}`.trim(), state);
  };
  const enter = async (typed) => {
    await page.fill("#code", typed);
    await page.click("form[action='/answer'] button[type=submit]");
  };
  await at(`/answer?lang=${lang}`);
  await enter("222-222-223");
  await at(null, "refused");
  await enter(code);
  if (new URL(page.url()).pathname !== "/answer/start") find(who, `the code leads to ${page.url()}`);
  await at(null);
  await at("/answer/decline");
  // The ninth question asks about self-harm: its answer offers help.
  await page.goto(new URL("/answer/items/9", base).href);
  await page.click("button[name=value][value='3']");
  await at(null, "care");
  await at("/answer/items/1");
  await page.click("button[name=value][value='0']");
  await at("/answer/items/1", "answered");
  await at("/answer/review");
  await page.click("form[action='/answer/submit'] button[type=submit]");
  await at(null, "done");
  await context.close();
}

async function crawl(browser, base, account, lang) {
  const context = await browser.newContext({ viewport: VIEW, locale: lang === "zh" ? "zh-CN" : "en" });
  const page = await context.newPage();
  const who = `${account.login} ${lang}`;
  page.on("pageerror", (error) => find(who, `script error: ${error.message}`));
  await page.goto(new URL(`/login?lang=${lang}`, base).href);
  await signIn(page, base, account, who);
  const queue = [new URL("/", base).href];
  const known = new Set(queue);
  const shapes = new Map();
  for (let count = 0; queue.length && count < PAGES_MAX; ) {
    const url = queue.shift();
    const form = shape(url);
    if ((shapes.get(form) ?? 0) >= SHAPE_MAX) continue;
    shapes.set(form, (shapes.get(form) ?? 0) + 1);
    count += 1;
    const reply = await page.goto(url).catch(() => null);
    const kind = reply?.headers()["content-type"] ?? "";
    if (!reply || !kind.startsWith("text/html")) continue;
    const where = `${who} ${new URL(url).pathname}`;
    if (reply.status() === 404 || reply.status() >= 500) {
      // A page of figures before the first release says that it has none; a link to nowhere does not.
      find(where, `status ${reply.status()}`);
    }
    await look(page, where);
    await empties(page, account);
    await openStudent(page, where, account);
    const links = await page.$$eval("a[href]", (all) => all.map((a) => a.href));
    for (const link of links) {
      const next = new URL(link);
      next.hash = "";
      next.searchParams.delete("lang");
      const own = next.origin === new URL(base).origin;
      if (!own || known.has(next.href) || /\/bytes$|\.(csv|json|xlsx)$/.test(next.pathname)) continue;
      known.add(next.href);
      queue.push(next.href);
    }
  }
  if (queue.length && queue.some((url) => (shapes.get(shape(url)) ?? 0) < SHAPE_MAX)) {
    find(who, `more than ${PAGES_MAX} pages`);
  }
  const seen = [...shapes.values()].reduce((a, b) => a + b, 0);
  // Somebody who could not sign in sees the way in and nothing else.
  if (seen < 5) find(who, `only ${seen} pages, as if nobody had signed in`);
  console.log(`${who}: ${seen} pages`);
  await context.close();
}

const dir = mkdtempSync(join(tmpdir(), "xinqiao-a11y-"));
let city;
let browser;
// Whoever cuts the walk off leaves no city behind.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    city?.kill("SIGTERM");
    rmSync(dir, { recursive: true, force: true });
    process.exit(1);
  });
}
try {
  const started = await startCity(join(dir, "city"));
  city = started.city;
  // The first is the city's; one is the operator of the school that is looked at.
  const top = started.pages[0];
  const school = started.pages.findLast((place) => ROLE_OF[place.login] === "operator");
  const places = started.pages.filter((place) => place === top || place.url === school.url);
  browser = await chromium.launch({
    executablePath: browserPath,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const head = places.find((place) => place.url === school.url && place.login === "deyu");
  const added = await addAccounts(join(dir, "city"), browser, head);
  places.push(...added.map((account) => ({ url: school.url, ...account })));
  for (const place of places) place.isOfSchool = place.url === school.url;
  const own = places.filter((place) => place.url === school.url);
  const parts = places.map((account) => async () => {
    for (const lang of ["zh", "en"]) await crawl(browser, account.url, account, lang);
  });
  parts.push(async () => {
    for (const account of own) {
      if (REFUSED[account.login]) await refusals(browser, account.url, account);
    }
  });
  parts.push(async () => {
    const counsellor = own.find((place) => place.login === "xinli");
    const codes = await openRun(join(dir, "city"), browser, school.url, counsellor);
    if (codes.length < 2) find("student", `${codes.length} codes, so nobody answers`);
    else for (const [at, lang] of ["zh", "en"].entries()) await answer(browser, school.url, codes[at], lang);
  });
  // A run that is cut off has begun elsewhere than the one before it.
  const first = Number(process.env.FIRST ?? 0) % parts.length;
  for (const part of [...parts.slice(first), ...parts.slice(0, first)]) await part();
} finally {
  await browser?.close();
  city?.kill("SIGTERM");
  rmSync(dir, { recursive: true, force: true });
}
console.log(`${looked} pages looked at, ${walked.size} walked, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
