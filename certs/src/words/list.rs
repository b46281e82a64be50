//! The two lists of 256 words: one for each value of a byte.
//!
//! The order is the meaning: a list is never edited, because two machines of different versions
//! would read different words for one fingerprint.

/// Short English words; no two begin with the same four letters or differ in one letter only.
pub(super) const ENGLISH: &str = "\
    acorn actor alarm album amber angel ankle apple april apron arrow atlas bacon badge bag \
    baker barn basin beach bean bell berry bird blade blue boat bone book bowl box brain bread \
    brick bridge broom brush bucket bus butter cabin cable cactus cake camel canal candle canoe \
    carpet carrot castle cat chair chalk cheese cherry chess chin circle city clay clock cloud \
    clown cocoa coffee comet copper coral cotton cow crab crane cream cup dance desert desk \
    dinner doctor dog donkey door dragon dress drum duck dust eagle echo egg elbow engine fan \
    farm fence finger fire fish flag flame flute foam forest fork frog fruit garden garlic gate \
    ghost giant glass globe gold goose grape green guitar hammer hand harbor hawk heart helmet \
    hill honey horse hotel ice iron island ivory jacket jade jelly jewel jungle kettle kite \
    ladder lamp leaf lemon letter lion lizard magnet mango maple market mask meadow melon metal \
    milk mirror moon mother mouse mud museum music nail napkin nest noodle nose number oak ocean \
    office olive onion orange orbit oyster paint palace panda paper pearl pencil pepper piano \
    picnic pigeon pilot pink planet plate pocket potato purple puzzle queen quilt rabbit radio \
    ribbon ring river robot roof rope ruby sailor salt saturn school shadow sheep shell ship \
    shoe silver sister skirt sky snow soap sofa spider spoon spring square star statue stone \
    storm street sugar summer swan temple tiger tomato tower tree tulip turtle uncle valley \
    velvet violin wagon water whale wheat wheel window winter wolf wood yellow zebra zero";

/// Common characters, each with its syllable; no two sound alike, also where `zh` is spoken like
/// `z`, `ing` like `in`, or `n` like `l`.
pub(super) const CHINESE: &str = "\
    八ba 白bai 板ban 宝bao 北bei 本ben 笔bi 边bian 表biao 别bie 冰bing 波bo 布bu 擦ca 菜cai \
    餐can 草cao 册ce 层ceng 尺chi 虫chong 绸chou 初chu 船chuan 吹chui 春chun 错cuo 达da 带dai \
    蛋dan 刀dao 德de 灯deng 笛di 店dian 钓diao 蝶die 顶ding 丢diu 东dong 豆dou 渡du 短duan 对dui \
    盾dun 多duo 鹅e 恩en 耳er 法fa 饭fan 飞fei 分fen 否fou 福fu 盖gai 甘gan 高gao 歌ge 根gen \
    工gong 狗gou 鼓gu 瓜gua 怪guai 关guan 桂gui 滚gun 果guo 海hai 寒han 好hao 河he 黑hei 很hen \
    红hong 猴hou 湖hu 花hua 怀huai 环huan 灰hui 混hun 火huo 鸡ji 家jia 剑jian 脚jiao 街jie 金jin \
    九jiu 橘ju 卷juan 决jue 军jun 开kai 看kan 烤kao 课ke 肯ken 空kong 口kou 苦ku 夸kua 快kuai \
    宽kuan 葵kui 昆kun 阔kuo 辣la 来lai 兰lan 老lao 雷lei 冷leng 梨li 莲lian 猎lie 林lin 柳liu \
    龙long 楼lou 路lu 轮lun 锣luo 绿lv 马ma 麦mai 满man 猫mao 梅mei 门men 米mi 面mian 苗miao \
    民min 墨mo 木mu 鸟niao 暖nuan 藕ou 爬pa 牌pai 盘pan 炮pao 陪pei 盆pen 皮pi 片pian 票piao \
    品pin 坡po 葡pu 七qi 千qian 桥qiao 茄qie 琴qin 穷qiong 秋qiu 曲qu 泉quan 雀que 裙qun 染ran \
    绕rao 热re 人ren 绒rong 肉rou 入ru 软ruan 瑞rui 润run 弱ruo 洒sa 赛sai 三san 扫sao 森sen \
    蛇she 石shi 手shou 书shu 刷shua 帅shuai 双shuang 水shui 顺shun 松song 锁suo 塔ta 台tai 炭tan \
    桃tao 特te 藤teng 梯ti 天tian 条tiao 铁tie 亭ting 铜tong 头tou 土tu 团tuan 腿tui 吞tun 驼tuo \
    瓦wa 外wai 碗wan 围wei 文wen 我wo 五wu 西xi 虾xia 线xian 小xiao 鞋xie 心xin 熊xiong 修xiu \
    序xu 选xuan 雪xue 寻xun 牙ya 盐yan 药yao 叶ye 衣yi 银yin 泳yong 油you 鱼yu 园yuan 月yue \
    云yun 杂za 再zai 赞zan 枣zao 增zeng 者zhe 纸zhi 钟zhong 周zhou 竹zhu 抓zhua 砖zhuan 装zhuang \
    追zhui 准zhun 桌zhuo";
