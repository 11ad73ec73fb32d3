// Generated from compose/look by go generate ./pipeline/filmschema. Do not edit.

/** Sizes of the em, as shares of the canvas's shorter side. */
export const scales = {"square":{"title":0.09,"callout":0.042,"name":0.042,"caption":0.048},"tall":{"title":0.105,"callout":0.05,"name":0.05,"caption":0.058},"wide":{"title":0.09,"callout":0.044,"name":0.044,"caption":0.05}};

/** The share of each side that has no text, and of a tall canvas below captions. */
export const margin = 0.05;
export const tallBottom = 0.07;
