/**
 * SIMD of two doubles: each function is one instruction on expressions. Names of masks end in what they ask. A `Vector`
 * is several such expressions side by side, computed in turns, so that the processor has something to do while it waits
 * for one of them.
 */
import { type Code, unsigned } from "./assembler.ts";

/** One expression for each pair of options that a round computes. */
export type Vector = readonly Code[];

const SIMD = 0xfd;

const unary =
  (opcode: number) =>
  (a: Vector): Vector =>
    a.map((x) => [...x, SIMD, ...unsigned(opcode)]);
const binary =
  (opcode: number) =>
  (a: Vector, b: Vector): Vector =>
    a.map((x, i) => [...x, ...(b[i] ?? []), SIMD, ...unsigned(opcode)]);

export const add = binary(0xf0);
export const subtract = binary(0xf1);
export const multiply = binary(0xf2);
export const divide = binary(0xf3);
export const absolute = unary(0xec);
export const negative = unary(0xed);
export const squareRoot = unary(0xef);

/** b < a ? b : a, as x86 does it in one instruction. */
export const smaller = binary(0xf6);
/** a < b ? b : a. */
export const larger = binary(0xf7);

export const isLess = binary(0x49);
export const isGreater = binary(0x4a);
export const isAtLeast = binary(0x4c);
export const isAtMost = binary(0x4b);
export const isEqual = binary(0x47);

export const and = binary(0x4e);
/** The bits of a that b has not. */
export const andNot = binary(0x4f);
export const or = binary(0x50);
export const addIntegers = binary(0xce);
export const subtractIntegers = binary(0xd1);

const shift =
  (opcode: number) =>
  (a: Vector, bits: number): Vector =>
    a.map((x) => [...x, 0x41, ...unsigned(bits), SIMD, ...unsigned(opcode)]);
/** By fewer than 64 bits. */
export const shiftLeft = shift(0xcb);
export const shiftRight = shift(0xcd);

/** Where the mask is set `yes`, elsewhere `no`. */
export const select = (mask: Vector, yes: Vector, no: Vector): Vector =>
  mask.map((bits, i) => [...(yes[i] ?? []), ...(no[i] ?? []), ...bits, SIMD, ...unsigned(0x52)]);

/** 1 if the mask is set in every lane, else 0. */
export const isSetEverywhere = (mask: Vector): Code => [
  ...mask.flatMap((bits, i) => (i === 0 ? bits : [...bits, SIMD, ...unsigned(0x4e)])),
  SIMD,
  ...unsigned(0xc3),
];

/** 1 if the mask is set in some lane, else 0. */
export const isSetSomewhere = (mask: Vector): Code => [
  ...mask.flatMap((bits, i) => (i === 0 ? bits : [...bits, SIMD, ...unsigned(0x50)])),
  SIMD,
  ...unsigned(0x53),
];

/** Doubles from the byte at `address + offset`; offset is a multiple of 8. */
export const load = (address: Code, offset: number, width: number): Vector =>
  Array.from({ length: width }, (_, i) => [...address, SIMD, 0x00, 0x03, ...unsigned(offset + 16 * i)]);

/** Writes doubles to the byte at `address + offset`. */
export const store = (address: Code, offset: number, value: Vector): Code =>
  value.flatMap((x, i) => [...address, ...x, SIMD, 0x0b, 0x03, ...unsigned(offset + 16 * i)]);
