// Package companion holds the files of the Remotion project that `greenroom init` writes.
package companion

import "embed"

// Files is package.json with its lockfile, the configuration and src/. older/ replaces files of src/greenroom in
// projects whose Remotion has no @remotion/media.
//
//go:embed package.json package-lock.json tsconfig.json remotion.config.ts src older
var Files embed.FS

// Compositions are the compositions of src/Root.tsx that a user renders by name. Timeline is not among them: it renders
// the films of the manifest.
var Compositions = []string{"Captions", "Grid", "Loom", "LowerThird", "Multi", "Presenter", "SideBySide"}
