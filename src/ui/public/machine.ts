/** What the figures were measured on, in the browser's own words. Shown here and in what the person saves; sent nowhere. */
type Brands = { brands?: { brand: string; version: string }[]; platform?: string };

const FAMILIES: [RegExp, string][] = [
  [/Firefox\/(\d+)/, 'Firefox'],
  [/Edg\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/Chrome\/(\d+)/, 'Chromium'],
  [/Version\/(\d+).* Safari/, 'Safari'],
];

/** @property browser name and major version · @property system platform as the browser tells it */
export type Machine = { browser: string; system: string; cores: number };

/** @param nav the browser's `navigator` */
export const machineOf = (nav: Navigator): Machine => {
  const data = (nav as Navigator & { userAgentData?: Brands }).userAgentData;
  const brand = data?.brands?.filter((b) => !/Not.?A.?Brand/i.test(b.brand)).at(-1);
  const family = FAMILIES.find(([pattern]) => pattern.test(nav.userAgent));
  const browser = brand
    ? `${brand.brand} ${brand.version}`
    : family
      ? `${family[1]} ${family[0].exec(nav.userAgent)?.[1]}`
      : nav.userAgent.slice(0, 60);
  return {
    browser,
    system: data?.platform || /\(([^;)]+)/.exec(nav.userAgent)?.[1] || '',
    cores: nav.hardwareConcurrency,
  };
};
