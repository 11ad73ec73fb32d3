import {Config} from '@remotion/cli/config';

// Read by Remotion Studio and its own command line; `greenroom render` sets the same by itself.
declare const process: {env: Record<string, string | undefined>};
const browser = process.env.GREENROOM_BROWSER;
if (browser) {
  Config.setBrowserExecutable(browser);
}
Config.setChromeMode('headless-shell');
Config.setColorSpace('bt709');
