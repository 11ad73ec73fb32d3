// Packages that are imported for their styles alone have no types; TypeScript 6 asks for some.
declare module '@fontsource-variable/inter';
