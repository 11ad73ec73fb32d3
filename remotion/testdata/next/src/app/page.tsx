import {Preview} from '../components/Preview';
import {clips} from '../remotion/greenroom';

export default function Page() {
  return <Preview seconds={clips.intro.durationInSeconds} />;
}
