/** The shape that a translation of some English texts has: the same keys, and the dual where there is a plural. */
export type Translation<T> = {
  [K in keyof T]: T[K] extends string ? string : Translation<T[K]>;
} & {
  [K in keyof T as K extends `${infer Base}_other` ? `${Base}_two` : never]: string;
};
