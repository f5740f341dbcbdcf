/** One line of a plot. */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
  /** CSS colour. */
  readonly color: string;
}

/** A vertical mark. */
export interface Mark {
  /** Index on the horizontal axis. */
  readonly at: number;
  readonly title: string;
}

const WIDTH = 860;
const HEIGHT = 240;
const LEFT = 76;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 30;
const TICKS = 5;
/** Spans beyond this are marked by year instead of by day [seconds]. */
const LONG_SPAN = 400 * 86_400;
/** Where the day and the year stand in a date. */
const DAY = [5, 10] as const;
const YEAR = [0, 4] as const;

/** An SVG line plot over `times` (unix seconds), self-contained and with the same bytes for the same input. */
export function linePlot(
  title: string,
  times: readonly number[],
  lines: readonly Line[],
  marks: readonly Mark[] = [],
): string {
  const all = lines.flatMap((line) => line.values);
  const [low, high] = bounds(all);
  const x = (index: number) => LEFT + ((WIDTH - LEFT - RIGHT) * index) / Math.max(1, times.length - 1);
  const y = (value: number) => TOP + ((HEIGHT - TOP - BOTTOM) * (high - value)) / (high - low);
  const grid = Array.from({ length: TICKS }, (_, tick) => low + ((high - low) * tick) / (TICKS - 1));
  const parts = [
    ...grid.map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fix(y(value))}" y2="${fix(y(value))}"/><text x="${LEFT - 6}" y="${fix(y(value) + 4)}" text-anchor="end">${short(value, (high - low) / (TICKS - 1))}</text>`,
    ),
    ...dayTicks(times).map(
      ({ index, label }) =>
        `<text x="${fix(x(index))}" y="${HEIGHT - 10}" text-anchor="middle">${label}</text>`,
    ),
    ...marks.map(
      (mark) =>
        `<line class="mark" x1="${fix(x(mark.at))}" x2="${fix(x(mark.at))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${escapeHtml(mark.title)}</title></line>`,
    ),
    ...lines.map(
      (line) =>
        `<polyline fill="none" stroke="${line.color}" stroke-width="1.6" points="${line.values.map((value, index) => `${fix(x(index))},${fix(y(value))}`).join(" ")}"/>`,
    ),
  ];
  const legend = lines
    .map((line) => `<span><i style="background:${line.color}"></i>${escapeHtml(line.name)}</span>`)
    .join(" ");
  return `<figure><figcaption>${escapeHtml(title)} <small>${legend}</small></figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${parts.join("")}</svg></figure>`;
}

/** Text safe inside HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function bounds(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return [low - pad, high + pad];
}

function dayTicks(times: readonly number[]): { index: number; label: string }[] {
  const ticks: { index: number; label: string }[] = [];
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > LONG_SPAN;
  let last = "";
  for (const [index, time] of times.entries()) {
    const label = new Date(time * 1000).toISOString().slice(...(isLong ? YEAR : DAY));
    if (isLong ? label !== last && last !== "" : time % 86_400 === 0) ticks.push({ index, label });
    last = label;
  }
  return ticks;
}

/** A tick's label, with as many digits as tell it from the next tick, `step` away. */
function short(value: number, step: number): string {
  const [unit, suffix] = Math.abs(value) >= 1e6 ? [1e6, "M"] : Math.abs(value) >= 1e4 ? [1e3, "k"] : [1, ""];
  const digits = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(step / unit))));
  return `${(value / unit).toFixed(digits)}${suffix}`;
}

function fix(value: number): string {
  return value.toFixed(1);
}
