/**
 * Polynomials of the kernels, lowest power first. `scripts/verify/quant/coefficients.ts` derives them and a test holds
 * them against that.
 */

/** (y + 5) N(-y) / phi(y) for 0 <= y <= 39, in t = (y - 5) / (y + 5); beyond it phi has no double of its own. */
export const MILLS = [
  1.9280810471531578, -1.6678665951889597, 1.2415470615738613, -0.7859110755465847, 0.4136447157329381,
  -0.173254734085667, 0.052125502407628935, -0.007503282846035797, -0.001999961934564427,
  0.001365859397373353, -0.00014883322496581257, -0.0001247369747697753, 0.000041814829937270224,
  0.000009979345226398521, -0.0000069441648084011995, -8.459783205050611e-7, 0.000001088977263077994,
  1.096860827556913e-7, -1.6713017563639583e-7, -2.661606627293256e-8, 1.9126602500479868e-8,
  5.577094424480693e-9,
] as const;

/** (exp(r) - 1 - r) / r^2 for |r| <= ln 2 / 2, in r. */
export const EXP = [
  0.5000000000000001, 0.16666666666666669, 0.04166666666662413, 0.008333333333330062, 0.0013888888917213717,
  0.00019841269863053618, 0.000024801521295954376, 0.0000027557268459997064, 2.7620088445409746e-7,
  2.510038549551032e-8,
] as const;

/** (artanh(u) / u - 1) / u^2 for |u| <= 0.2003, in u^2. */
export const LOG = [
  0.3333333333333333, 0.2000000000000397, 0.14285714283637968, 0.11111111524175794, 0.09090868813151469,
  0.07694433902806859, 0.06604854121029731, 0.06804515131429249,
] as const;

/** a / eta for a < 1, where eta = phi(0) / (v + 1/2) and v = phi(a) / a - N(-a); in eta. To about a thousandth. */
export const NEAR = [
  1.0001947544743588, -0.027412335301669942, 1.1131341565691182, -4.935711744041393, 18.272702976088496,
  -29.672119872595353, 19.348427382199784,
] as const;

/** a u for a > 1, where u = (-2 ln v)^(-1/2), in u. To about a thousandth. */
export const FAR = [
  1.0036128725517353, -0.2697623076790357, -6.5207343155789035, 8.40205194276195, 11.233143413420436,
  -18.460288049323726,
] as const;

/** ln 2 = LN2_HIGH + LN2_LOW, the first with so few digits that its products with small integers are exact. */
export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;
export const LOG2_E = 1.4426950408889634;
export const INVERSE_ROOT_TWO_PI = 0.3989422804014327;
/** Adding it to a small number leaves the nearest integer in the low bits. */
export const ROUNDER = 6_755_399_441_055_744;
/** Exponents below it have no double that is worth anything. */
export const LOWEST_EXPONENT = -708;
/** Of the map t = (y - 5) / (y + 5). */
export const MILLS_MIDDLE = 5;
/** A standard deviation below it is none: what the option is worth beyond intrinsic has no double beside a forward. */
export const SMALLEST_DEVIATION = 1e-30;
/** Forwards and strikes lie between 1 / LARGEST_PRICE and it. */
export const LARGEST_PRICE = 1e100;
/** Volatilities and years are at most this. */
export const LARGEST_TIME = 1e6;
/** v at which the two polynomials meet. */
export const NEAREST_FAR = 0.08331547058768637;
/** Of Winitzki's approximation to the error function. */
export const WINITZKI = 0.147;
export const WINITZKI_SUM = 4.330746750799873;
/** Slope of the error function at zero over that of the normal distribution function, times sqrt(2 pi). */
export const ERROR_FUNCTION_STRETCH = 2.8284271247461903;
/** Standard deviations below it, and time values below this share of the bound, need more care than a batch takes. */
export const CAREFUL_DEVIATION = 4e-3;
export const CAREFUL_SHARE = 1e-280;
/** A step that is at most this share of what it changes is the last: the error after it is its fourth power. */
export const LAST_STEP = 5e-5;
export const MOST_STEPS = 8;
/** What a row holds that a batch leaves to a slower solution. */
export const UNSOLVED = -1;
