// Scales of charts: numbers to places and round numbers for axes.

/** A straight map from `domain` to `range`. */
export function linear([d0, d1], [r0, r1]) {
  const slope = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0);
  return (value) => r0 + (value - d0) * slope;
}

/** Round values between `low` and `high`, about `wanted` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks(low, high, wanted = 5) {
  if (!(high > low) || !Number.isFinite(high - low)) return [low];
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(Number((k * step).toFixed(digits)));
  return found;
}

/** The least and the greatest finite value, or null where there is none. */
export function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** A domain around values with some air, held within `bounds` and at least `least` wide. */
export function airy(values, [least, lowest, highest]) {
  const [low, high] = extent(values) ?? [lowest, Math.min(highest, lowest + 1)];
  const air = Math.max((high - low) * 0.08, (least - (high - low)) / 2, 0.01);
  return [Math.max(lowest, low - air), Math.min(highest, high + air)];
}

/** The index of the place nearest to `x` in ascending `places`, or -1. */
export function nearest(places, x) {
  if (places.length === 0) return -1;
  let low = 0;
  let high = places.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] <= x) low = middle;
    else high = middle;
  }
  return x - places[low] <= places[high] - x ? low : high;
}

/** Moves labels apart: places, at least `gap` from each other, near to what was asked, between `low` and `high`. */
export function spread(places, gap, low, high) {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  let floor = low;
  for (const item of order) {
    item.place = Math.max(item.place, floor);
    floor = item.place + gap;
  }
  let ceiling = high;
  for (const item of order.reverse()) {
    item.place = Math.min(item.place, ceiling);
    ceiling = item.place - gap;
  }
  const result = [];
  for (const item of order) result[item.index] = item.place;
  return result;
}
