# Sound: codecs, channels, rates, lengths, starts. Sourced by make.sh.

# sounding ARGS...: the short video with a sound of ours. $sound is the file.
sounding() { ff -i h264.mp4 -i "${sound:-tone.wav}" -map 0:v -map 1:a -c:v copy "$@"; }
webm_sounding() { ff -i av.webm -i "${sound:-tone.wav}" -map 0:v -map 1:a -c:v copy "$@"; }
surround() { ffmpeg -v error -y -nostdin -i tone.wav -af "pan=$1|c0=c0|c1=0.5*c0" "$2"; }
surround 5.1 t51.wav
surround 7.1 t71.wav
surround stereo t2.wav
make sound-mono.mp4 sounding -c:a aac -b:a 48k
make sound-stereo.mp4 eval 'sound=t2.wav sounding -c:a aac -b:a 48k'
make sound-5.1.mp4 eval 'sound=t51.wav sounding -c:a aac -b:a 96k'
make sound-7.1.mov eval 'sound=t71.wav sounding -c:a aac -b:a 96k'
make sound-ac3-5.1.mp4 eval 'sound=t51.wav sounding -c:a ac3 -b:a 128k'
make sound-eac3.mkv eval 'sound=t2.wav sounding -c:a eac3 -b:a 64k'
make sound-mp3.mp4 sounding -c:a libmp3lame -b:a 48k
make sound-mp3.mkv sounding -c:a libmp3lame -b:a 48k
make sound-flac.mp4 sounding -c:a flac -strict -2 -ar 8000
make sound-flac.mkv sounding -c:a flac -ar 8000
make sound-alac.mov sounding -c:a alac -ar 8000
make sound-vorbis.webm webm_sounding -c:a libvorbis
make sound-vorbis.mkv sounding -c:a libvorbis
make sound-opus.webm webm_sounding -c:a libopus -b:a 32k
make sound-opus.mp4 sounding -c:a libopus -b:a 32k
make sound-opus-5.1.webm eval 'sound=t51.wav webm_sounding -c:a libopus -b:a 64k'
make sound-pcm.mov sounding -c:a pcm_s16le -ar 8000
make sound-pcm-be24.mov sounding -c:a pcm_s24be -ar 8000 -t 1
make sound-pcm-u8.avi ff -i base.mkv -i tone.wav -map 0:v -map 1:a -vf $y709 -c:v mpeg4 -q:v 6 -c:a pcm_u8 -ar 8000
make sound-pcm-float.mkv sounding -c:a pcm_f32le -ar 8000 -t 1
make sound-pcm-two.mov eval 'sound=t2.wav sounding -c:a pcm_s16be -ar 8000 -t 0.8'
make sound-adpcm.mov sounding -c:a adpcm_ima_qt -ar 8000
make sound-ulaw.mov sounding -c:a pcm_mulaw -ar 8000
make sound-8k.mp4 sounding -c:a aac -ar 8000
make sound-22k.mp4 sounding -c:a aac -ar 22050
make sound-44k.mp4 sounding -c:a aac -ar 44100
make sound-96k.mp4 sounding -c:a aac -ar 96000 -b:a 64k
for more in 0.1 0.5 2; do
  ffmpeg -v error -y -nostdin -f lavfi -i "aevalsrc='$click':s=48000:d=$(perl -e "print 1.28+$more")" "longer$more.wav"
  make "sound-longer$more.mp4" eval "sound=longer$more.wav sounding -c:a aac -b:a 32k"
done
make sound-longer1.webm eval 'sound=longer2.wav webm_sounding -c:a libopus -b:a 32k -t 2.3'
make sound-shorter.mp4 eval 'sound=tone1.wav sounding -c:a aac -b:a 48k'
make sound-shorter.webm eval 'sound=tone1.wav webm_sounding -c:a libopus -b:a 32k'
make sound-late.mp4 ff -i h264.mp4 -itsoffset 0.35 -i tone.wav -map 0:v -map 1:a -c:v copy -c:a aac -b:a 48k
make sound-late.webm ff -i av.webm -itsoffset 0.35 -i tone.wav -map 0:v -map 1:a -c:v copy -c:a libopus -b:a 32k
make sound-late.mkv ff -i h264.mp4 -itsoffset 0.35 -i tone.wav -map 0:v -map 1:a -c:v copy -c:a aac -b:a 48k
make sound-early.mkv ff -itsoffset 0.25 -i h264.mp4 -i tone.wav -map 0:v -map 1:a -c:v copy -c:a aac -b:a 48k
make sound-two.mp4 ff -i h264.mp4 -i tone.wav -i t2.wav -map 0:v -map 1:a -map 2:a -c:v copy -c:a aac -b:a 32k
make sound-two.mkv ff -i h264.mp4 -i tone.wav -i t2.wav -map 0:v -map 1:a -map 2:a -c:v copy -c:a aac -b:a 32k -disposition:a:0 0 -disposition:a:1 default
make sound-silent.mp4 ff -i h264.mp4 -f lavfi -i anullsrc=r=48000:cl=stereo -map 0:v -map 1:a -shortest -c:v copy -c:a aac
# Speech by other programs, and sound files that other encoders wrote.
flite -t "one two three four" flite.wav
espeak-ng -w espeak.wav "one two three four"
make sound-flite.mp4 eval 'sound=flite.wav sounding -c:a aac -b:a 32k'
make sound-espeak.mkv eval 'sox espeak.wav -r 16000 e.wav trim 0 1.2; oggenc -Q -q 2 e.wav -o e.ogg; mkvmerge -q -o "$out/$to" h264.mp4 e.ogg'
make sound-opusenc.webm eval 'opusenc --quiet --bitrate 24 tone.wav t.opus; mkvmerge -q -w -o "$out/$to" -A av.webm t.opus'
make sound-lame.mkv eval 'lame --quiet -b 48 tone.wav t.mp3; mkvmerge -q -o "$out/$to" h264.mp4 t.mp3'
make sound-flac-cli.mkv eval 'sox tone.wav -r 8000 t8.wav; flac -s -f t8.wav -o t.flac; mkvmerge -q -o "$out/$to" h264.mp4 t.flac'
