/**
 * Cities that people write, and that no zone is called after: of countries that have one zone the list names one city, Shanghai for
 * Beijing. And names that have changed, which browsers know by the old one or by the new one. Not all there are: those where meetings are
 * likely, in English and in Chinese; whoever misses one writes another city of the zone.
 */

/** By zone; as people write them, but in small letters and without accents. */
const NAMES: Readonly<Record<string, string>> = {
  "Asia/Shanghai": "beijing, peking, chengdu, guangzhou, canton, shenzhen, chongqing, wuhan, hangzhou, nanjing, xi'an, xian, tianjin, kunming, china, " +
    "北京, 上海, 成都, 广州, 深圳, 重庆, 武汉, 杭州, 南京, 西安, 天津, 昆明, 中国",
  "Asia/Hong_Kong": "香港", "Asia/Macau": "macao, 澳门", "Asia/Taipei": "taiwan, kaohsiung, 台北, 高雄",
  "Asia/Tokyo": "osaka, kyoto, hiroshima, nagoya, fukuoka, sapporo, yokohama, kobe, japan, 东京, 大阪, 京都, 广岛, 名古屋, 福冈, 札幌, 横滨",
  "Asia/Seoul": "busan, incheon, 首尔, 釜山", "Asia/Pyongyang": "平壤", "Asia/Ulaanbaatar": "ulan bator, 乌兰巴托",
  "Asia/Kolkata": "kolkata, calcutta, delhi, new delhi, mumbai, bombay, bangalore, bengaluru, chennai, madras, hyderabad, pune, ahmedabad, jaipur, india, " +
    "德里, 新德里, 孟买, 班加罗尔, 金奈, 加尔各答",
  "Asia/Karachi": "lahore, islamabad, pakistan, 卡拉奇, 伊斯兰堡", "Asia/Dhaka": "chittagong, bangladesh, 达卡", "Asia/Colombo": "kandy, sri lanka, 科伦坡",
  "Asia/Kathmandu": "kathmandu, katmandu, nepal, 加德满都", "Asia/Yangon": "yangon, rangoon, mandalay, naypyidaw, myanmar, 仰光, 曼德勒, 内比都",
  "Asia/Bangkok": "chiang mai, thailand, 曼谷, 清迈", "Asia/Ho_Chi_Minh": "ho chi minh, ho chi minh city, saigon, hanoi, da nang, vietnam, 胡志明市, 河内, 岘港",
  "Asia/Phnom_Penh": "cambodia, 金边", "Asia/Vientiane": "laos, 万象", "Asia/Manila": "cebu, davao, quezon city, philippines, 马尼拉, 宿务, 达沃",
  "Asia/Kuala_Lumpur": "penang, malaysia, 吉隆坡, 槟城", "Asia/Singapore": "新加坡", "Asia/Jakarta": "bandung, surabaya, yogyakarta, 雅加达, 万隆, 日惹",
  "Asia/Makassar": "bali, denpasar, 巴厘岛", "Asia/Beirut": "lebanon, 贝鲁特", "Asia/Jerusalem": "tel aviv, haifa, 耶路撒冷",
  "Asia/Amman": "jordan, 安曼", "Asia/Damascus": "aleppo, 大马士革", "Asia/Baghdad": "basra, 巴格达", "Asia/Tehran": "isfahan, iran, 德黑兰",
  "Asia/Dubai": "abu dhabi, 迪拜, 阿布扎比", "Asia/Riyadh": "mecca, jeddah, 利雅得", "Europe/Istanbul": "ankara, izmir, turkey, 伊斯坦布尔, 安卡拉",
  "Africa/Cairo": "alexandria, egypt, 开罗", "Africa/Addis_Ababa": "ethiopia, 亚的斯亚贝巴", "Africa/Nairobi": "mombasa, kenya, 内罗毕",
  "Africa/Kampala": "uganda, 坎帕拉", "Africa/Kigali": "rwanda, 基加利", "Africa/Dar_es_Salaam": "dodoma, arusha, tanzania, 达累斯萨拉姆",
  "Africa/Lagos": "abuja, nigeria, 拉各斯, 阿布贾", "Africa/Accra": "kumasi, ghana, 阿克拉", "Africa/Dakar": "senegal, 达喀尔",
  "Africa/Johannesburg": "cape town, pretoria, durban, south africa, 约翰内斯堡, 开普敦", "Africa/Casablanca": "rabat, marrakesh, morocco, 卡萨布兰卡",
  "Europe/London": "oxford, cambridge, manchester, edinburgh, 伦敦, 牛津, 剑桥, 爱丁堡", "Europe/Paris": "lyon, marseille, strasbourg, france, 巴黎, 里昂",
  "Europe/Berlin": "munich, munchen, hamburg, frankfurt, cologne, koln, bonn, germany, 柏林, 慕尼黑, 汉堡, 法兰克福",
  "Europe/Zurich": "geneva, geneve, genf, bern, berne, basel, lausanne, switzerland, 日内瓦, 苏黎世, 伯尔尼", "Europe/Madrid": "barcelona, seville, 马德里, 巴塞罗那",
  "Europe/Rome": "milan, milano, naples, florence, italy, 罗马, 米兰", "Europe/Amsterdam": "the hague, den haag, rotterdam, 阿姆斯特丹, 海牙",
  "Europe/Brussels": "antwerp, belgium, 布鲁塞尔", "Europe/Vienna": "wien, austria, 维也纳", "Europe/Warsaw": "krakow, poland, 华沙",
  "Europe/Moscow": "saint petersburg, st petersburg, 莫斯科, 圣彼得堡", "Europe/Kyiv": "kyiv, kiev, ukraine, 基辅", "Europe/Athens": "greece, 雅典",
  "America/New_York": "washington, washington dc, boston, philadelphia, atlanta, miami, 纽约, 华盛顿, 波士顿, 费城, 亚特兰大",
  "America/Chicago": "houston, dallas, austin, minneapolis, new orleans, 芝加哥, 休斯敦", "America/Denver": "salt lake city, 丹佛",
  "America/Los_Angeles": "san francisco, seattle, san diego, berkeley, oakland, 旧金山, 洛杉矶, 西雅图",
  "America/Toronto": "montreal, ottawa, quebec, 多伦多, 蒙特利尔, 渥太华", "America/Vancouver": "温哥华",
  "America/Mexico_City": "guadalajara, oaxaca, puebla, 墨西哥城", "America/Bogota": "medellin, cali, colombia, 波哥大", "America/Lima": "cusco, cuzco, arequipa, peru, 利马, 库斯科",
  "America/La_Paz": "bolivia, 拉巴斯", "America/Guayaquil": "quito, ecuador, 基多", "America/Santiago": "valparaiso, chile, 圣地亚哥",
  "America/Sao_Paulo": "rio de janeiro, brasilia, belo horizonte, porto alegre, curitiba, 圣保罗, 里约热内卢, 巴西利亚",
  "America/Argentina/Buenos_Aires": "buenos aires, rosario, argentina, 布宜诺斯艾利斯", "America/Montevideo": "uruguay, 蒙得维的亚",
  "Australia/Sydney": "canberra, 悉尼, 堪培拉", "Australia/Melbourne": "墨尔本", "Pacific/Auckland": "wellington, christchurch, new zealand, 奥克兰, 惠灵顿",
};

const PAIRS = Object.entries(NAMES).flatMap(([zone, names]) => names.split(", ").map((name) => [name, zone] as const));
const ZONES = new Map(PAIRS);

/** `words`: in small letters, without accents. Null: not in the table. */
export function zoneOfCity(words: string): string | null {
  return ZONES.get(words) ?? null;
}

/** For the test that each is there once, in a zone that there is. */
export const CITIES: readonly (readonly [string, string])[] = PAIRS;
