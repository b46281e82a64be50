//! The rule that was held before: every list decided alone. Kept to show that the attacker finds
//! what it is there to find.

use domain::catalogue::Catalogue;
use domain::unit::UnitKind;

use super::super::GROUP_SCHOOLS_MIN;
use super::super::attacker::Attacker;
use super::super::plan::{self, Feed, Indicator};
use super::super::value::{Amount, Blank, Figure, Figures, Floor, Reading, UnitFigures};
use super::{Dice, Tree, counted, groups, known, seen, shown, told, tree};

const FEW: Reading = Reading::Blank(Blank::Suppressed(Floor::FewSchools));

/// A figure and the schools behind it.
type Counted<'f> = (&'f mut Figure, u32);

/// Hides further figures of a list until those hidden have five schools among them.
fn hold_back(list: &mut [Counted<'_>]) {
    loop {
        let hidden = list.iter().filter(|(figure, _)| figure.reading == FEW);
        let schools: u32 = hidden.map(|(_, schools)| schools).sum();
        if schools == 0 || schools >= GROUP_SCHOOLS_MIN {
            return;
        }
        let shown = list.iter_mut().rev().filter(|(figure, _)| figure.reading.blank().is_none());
        match shown.min_by_key(|(_, schools)| *schools) {
            Some((figure, _)) => figure.reading = FEW,
            None => return,
        }
    }
}

fn list<'f>(unit: &'f mut UnitFigures, schools: &[u32]) -> Vec<Counted<'f>> {
    unit.figures.iter_mut().zip(schools.iter().copied()).collect()
}

/// Applies the rule to one list of a hub and its members.
fn hold(figures: &mut Figures, floor: u64, schools: &[Vec<u32>]) {
    let Figures { whole, members, .. } = figures;
    let units = std::iter::once(&mut *whole).chain(members.iter_mut());
    for (figure, schools) in units.zip(schools).flat_map(|(unit, n)| list(unit, n)) {
        if let Reading::Count(Amount { value, .. }) = figure.reading {
            if schools < GROUP_SCHOOLS_MIN {
                figure.reading = FEW;
            } else if value < floor {
                let small = Floor::Small { shown_from: floor };
                figure.reading = Reading::Blank(Blank::Suppressed(small));
            }
        }
    }
    hold_back(&mut list(whole, &schools[0]));
    for (member, schools) in members.iter_mut().zip(&schools[1..]) {
        for (figure, above) in member.figures.iter_mut().zip(&whole.figures) {
            if above.reading == FEW && figure.reading.blank().is_none() {
                figure.reading = FEW;
            }
        }
        hold_back(&mut list(member, schools));
    }
    for place in 0..whole.figures.len() {
        let row = members.iter_mut().zip(&schools[1..]);
        let row = row.filter_map(|(unit, n)| Some((unit.figures.get_mut(place)?, n[place])));
        hold_back(&mut row.collect::<Vec<_>>());
    }
}

/// Schools behind each figure of each unit, the hub first.
fn behind(
    tree: &Tree,
    (catalogue, attacker): (&Catalogue, &Attacker),
    (figures, reported): (&Figures, &[usize]),
) -> Vec<Vec<u32>> {
    let count = catalogue.count(&figures.indicator).expect("count");
    let Ok(Feed::Rounded { outcomes, .. }) = plan::feed(catalogue, count) else {
        panic!("rounded");
    };
    let of = |unit: &UnitFigures| {
        let own = counted(tree, unit.unit.id.as_str(), reported);
        let schools = |figure: &Figure| {
            let key = |id: &str| {
                let at = figures.by.iter().position(|known| known == id)?;
                Some(figure.key[at].as_str())
            };
            let places = attacker.places(&outcomes, &key);
            let has = |school: &&usize| attacker.has_any(**school, &places);
            u32::try_from(own.iter().filter(has).count()).expect("few")
        };
        unit.figures.iter().map(schools).collect()
    };
    std::iter::once(&figures.whole).chain(&figures.members).map(of).collect()
}

/// The rule that was held before tells hidden figures to a reader who compares lists.
#[test]
fn lists_that_are_decided_alone_leak() {
    let mut leaks = Vec::new();
    for seed in 0..5 {
        let tree = tree(&mut Dice(seed), UnitKind::District);
        let catalogue = tree.hub.packs.last().in_force().catalogue.clone();
        let probe = Attacker::new(&catalogue, known(&catalogue, &tree.schools), &groups(&tree));
        let (mut lists, reported) = shown(&tree, true);
        lists.retain(|figures| {
            matches!(Indicator::find(&catalogue, &figures.indicator), Some(Indicator::Count(_)))
        });
        for figures in &mut lists {
            let schools = behind(&tree, (&catalogue, &probe), (figures, &reported));
            let count = catalogue.count(&figures.indicator).expect("count");
            hold(figures, catalogue.min_cell(count.sensitivity).max(10), &schools);
        }
        let state = (lists, reported);
        let (attacker, known) = seen(&tree, std::slice::from_ref(&state));
        leaks.extend(told(&tree, (&attacker, &known), &state));
    }
    println!("{} hidden figures are told, such as {:?}", leaks.len(), leaks.first());
    assert!(leaks.len() > 3, "{}", leaks.len());
}
