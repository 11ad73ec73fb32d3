package projects

import (
	"fmt"
	"strings"
)

// A layout is a project as people have it before greenroom.
type layout struct {
	project string // the folder of the Remotion project; "" is the root
	entry   string
	script  bool // JavaScript: no types to check
	files   map[string]string
}

const root = `import {AbsoluteFill, Composition} from 'remotion';
import {Card} from './Card';

export const Root = () => (
  <Composition id="Card" component={Card} width={320} height={180} fps={30} durationInFrames={45} defaultProps={{title: 'Hello'}} />
);

export const Ground = () => <AbsoluteFill />;
`

const card = `import {AbsoluteFill} from 'remotion';

export const Card = ({title}: {title: string}) => (
  <AbsoluteFill style={{backgroundColor: 'rgb(200, 40, 80)'}}>
    <h1>{title}</h1>
  </AbsoluteFill>
);
`

const index = "import {registerRoot} from 'remotion';\nimport {Root} from './Root';\n\nregisterRoot(Root);\n"

// tsconfig is that of create-video's blank template.
const tsconfig = `{
  "compilerOptions": {
    "target": "ES2018", "module": "commonjs", "jsx": "react-jsx", "strict": true, "noEmit": true, "lib": ["es2015"],
    "esModuleInterop": true, "skipLibCheck": true, "forceConsistentCasingInFileNames": true, "noUnusedLocals": true
  },
  "exclude": ["remotion.config.ts", "eslint.config.mjs"]
}
`

const eslint = "import {config} from '@remotion/eslint-config-flat';\n\nexport default config;\n"

// sources puts the same three sources into a folder.
func sources(folder string, script bool) map[string]string {
	files := map[string]string{folder + "/Root.tsx": root, folder + "/Card.tsx": card, folder + "/index.ts": index}
	if script {
		plain := strings.Replace(card, "({title}: {title: string})", "({title})", 1)
		files = map[string]string{folder + "/Root.jsx": root, folder + "/Card.jsx": plain, folder + "/index.js": index}
	}
	return files
}

func with(files map[string]string, more ...string) map[string]string {
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	return files
}

// layouts by name. The version is Remotion's.
func layouts(version string) map[string]layout {
	manifest := packageJSON("film", version)
	return map[string]layout{
		"blank template": {entry: "src/index.ts", files: with(sources("src", false), "package.json", manifest, "tsconfig.json", tsconfig, "eslint.config.mjs", eslint,
			"remotion.config.ts", "import {Config} from '@remotion/cli/config';\n\nConfig.setVideoImageFormat('jpeg');\nConfig.setOverwriteOutput(true);\n")},
		"next template": {entry: "src/remotion/index.ts", files: with(sources("src/remotion", false), "package.json", manifest, "tsconfig.json", tsconfig, "eslint.config.mjs", eslint,
			"src/app/page.tsx", "export default function Page() {\n  return null;\n}\n", "public/logo.txt", "x")},
		"without src": {entry: "remotion/index.ts", files: with(sources("remotion", false), "package.json", manifest, "tsconfig.json", tsconfig, "eslint.config.mjs", eslint)},
		"own folders": {entry: "video/main.ts", files: with(rename(sources("video", false), "video/index.ts", "video/main.ts"), "package.json", manifest, "tsconfig.json", tsconfig, "eslint.config.mjs", eslint,
			"static/logo.txt", "x", "remotion.config.ts", "import {Config} from '@remotion/cli/config';\n\nConfig.setEntryPoint('./video/main.ts');\nConfig.setPublicDir('./static');\n")},
		"workspace": {project: "apps/video", entry: "src/index.ts", files: with(below("apps/video", with(sources("src", false), "package.json", manifest, "tsconfig.json", tsconfig, "eslint.config.mjs", eslint)),
			"package.json", `{"name": "all", "private": true, "workspaces": ["apps/*"]}`, "pnpm-workspace.yaml", "packages:\n  - apps/*\n")},
		"JavaScript": {entry: "src/index.js", script: true, files: with(sources("src", true), "package.json", manifest, "remotion.config.js",
			"import {Config} from '@remotion/cli/config';\n\nConfig.setOverwriteOutput(true);\n")},
	}
}

func rename(files map[string]string, from, to string) map[string]string {
	files[to] = files[from]
	delete(files, from)
	return files
}

func below(folder string, files map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		out[folder+"/"+name] = text
	}
	return out
}

// packageJSON is that of create-video's blank template in a version of Remotion.
func packageJSON(name, version string) string {
	return fmt.Sprintf(`{
  "name": %q,
  "version": "1.0.0",
  "private": true,
  "dependencies": {"@remotion/cli": %q, "remotion": %q, "react": "19.2.3", "react-dom": "19.2.3"},
  "devDependencies": {"@remotion/eslint-config-flat": "4.0.527", "@types/react": "19.2.7", "@types/web": "0.0.359", "eslint": "9.39.5", "typescript": "5.9.3"}
}
`, name, version, version)
}
