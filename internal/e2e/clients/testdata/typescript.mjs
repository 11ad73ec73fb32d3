// The flows of an npm client, as published. Its addresses are fixed, so fetch sends them to the sandbox instead.
// node typescript.mjs FILE_OF_THE_CLIENT SANDBOX prints a line for each call: ok NAME, or fail NAME: why.
import {pathToFileURL} from 'node:url';

const [file, sandbox] = process.argv.slice(2);
const {HeygenSDK} = await import(pathToFileURL(file));
const send = globalThis.fetch;
globalThis.fetch = (url, options) =>
  send(String(url).replace(/^https:\/\/(api|upload)\.heygen\.com/, sandbox), options);

const sdk = new HeygenSDK('npm-client');

// call prints whether a call returns what is looked for, and returns the answer's data.
const call = async (name, what, has = (d) => d != null) => {
  try {
    const answer = await what();
    const data = answer?.data ?? answer;
    const ok = has(data);
    console.log(ok ? `ok ${name}` : `fail ${name}: ${JSON.stringify(answer).slice(0, 200)}`);
    return data;
  } catch (e) {
    console.log(`fail ${name}: ${e.message}`);
    return undefined;
  }
};

// done polls until a job has ended; the sandbox is faster than HeyGen.
const done = async (read, ended) => {
  for (let i = 0; i < 600; i++) {
    const answer = await read();
    const data = answer?.data ?? answer;
    if (ended(data)) {
      return data;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the job does not end');
};

const avatars = await call('avatars.list', () => sdk.avatars.list(), (d) => d.avatars.length > 0);
const avatar = avatars?.avatars[0].avatar_id;
await call('avatars.listGroups', () => sdk.avatars.listGroups({include_public: true}), (d) => Array.isArray(d.avatar_group_list));
const voices = await call('voices.list', () => sdk.voices.list(), (d) => d.voices.length > 0);
const voice = voices?.voices[0].voice_id;
await call('templates.list', () => sdk.templates.list(), (d) => d.templates.length > 0);
await call('user.getRemainingQuota', () => sdk.user.getRemainingQuota(), (d) => d.remaining_quota > 0);
await call('user.getCurrentUser', () => sdk.user.getCurrentUser(), (d) => d.username !== '');
await call('brand.listVoices', () => sdk.brand.listVoices({}), (d) => d != null);

const scene = {
  character: {type: 'avatar', avatar_id: avatar, avatar_style: 'normal'},
  voice: {type: 'text', input_text: 'Hello from npm.', voice_id: voice},
  background: {type: 'color', value: '#00FF00'},
};
const video = await call('videos.generation.create',
  () => sdk.videos.generation.create({video_inputs: [scene], dimension: {width: 320, height: 240}}), (d) => d.video_id !== '');
await call('videos.generation.get',
  () => done(() => sdk.videos.generation.get(video.video_id), (d) => d.status === 'completed' || d.status === 'failed'),
  (d) => d.status === 'completed' && d.video_url.startsWith('http'));
await call('videos.management.list', () => sdk.videos.management.list({limit: 10}),
  (d) => d.videos.some((v) => v.video_id === video.video_id));
const webm = await call('videos.generation.createWebM',
  () => sdk.videos.generation.createWebM({avatar_pose_id: avatar, avatar_style: 'normal', input_text: 'Clear.', voice_id: voice,
    dimension: {width: 320, height: 240}}), (d) => d.video_id !== '');
await call('videos.generation.get of WebM',
  () => done(() => sdk.videos.generation.get(webm.video_id), (d) => d.status === 'completed' || d.status === 'failed'),
  (d) => d.status === 'completed');
await call('videos.generation.delete', () => sdk.videos.generation.delete(video.video_id), () => true);

await call('videos.translation.listLanguages', () => sdk.videos.translation.listLanguages(), (d) => d.languages.length > 0);
const translation = await call('videos.translation.translate',
  () => sdk.videos.translation.translate({video_url: 'https://example.com/film.mp4', output_language: 'Spanish', title: 'npm'}),
  (d) => d.video_translate_id !== '');
await call('videos.translation.getStatus',
  () => done(() => sdk.videos.translation.getStatus(translation.video_translate_id), (d) => d.status === 'success' || d.status === 'failed'),
  (d) => d.status === 'success');

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
const asset = await call('assets.upload', () => sdk.assets.upload(png, 'image/png'), (d) => d.id !== '');
const photos = await call('ai.talkingPhotos.list', () => (sdk.ai.talkingPhotos ?? sdk.ai.talkingPhoto).list(), (d) => Array.isArray(d));
await call('ai.talkingPhotos.upload', () => (sdk.ai.talkingPhotos ?? sdk.ai.talkingPhoto).upload(png, 'image/png'),
  (d) => d.talking_photo_id !== '');
void photos;

const generated = await call('photoAvatars.generatePhoto', () => sdk.photoAvatars.generatePhoto({
  name: 'npm', age: 'Young Adult', gender: 'Woman', ethnicity: 'Unspecified', orientation: 'square', pose: 'half_body',
  style: 'Realistic', appearance: 'a presenter',
}), (d) => d.generation_id !== '');
await call('photoAvatars.checkGenerationStatus', () => sdk.photoAvatars.checkGenerationStatus(generated.generation_id));
const group = await call('photoAvatars.createGroup',
  () => sdk.photoAvatars.createGroup({name: 'npm', image_key: asset?.image_key ?? asset?.id}), (d) => (d.group_id ?? d.id) !== '');
const id = group?.group_id ?? group?.id;
await call('photoAvatars.listInGroup', () => sdk.photoAvatars.listInGroup(id), (d) => Array.isArray(d.avatar_list));
await call('photoAvatars.trainGroup', () => sdk.photoAvatars.trainGroup({group_id: id}));
await call('photoAvatars.getTrainingStatus', () => sdk.photoAvatars.getTrainingStatus(id));
await call('photoAvatars.getDetails', () => sdk.photoAvatars.getDetails(group?.id ?? id));

await call('streaming.createSessionToken', () => sdk.streaming.createSessionToken(), (d) => d.token !== '');
await call('streaming.listStreamingAvatars', () => sdk.streaming.listStreamingAvatars());
await call('streaming.listSessions', () => sdk.streaming.listSessions());
