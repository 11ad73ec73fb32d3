#!/usr/bin/env bash
# Makes the files of this folder: small videos from many programs, as foreign footage for `go test -run Foreign ./...`.
# Every picture is drawn here. A picture is 160x96: eight blocks in the first 20 rows are the frame number in binary, least
# significant bit on the left (white is 1); below are four patches (see README.md) and a grey ramp. A test run needs ffmpeg only;
# this script needs all of the programs named in it (Debian 12), and prints their versions into tools.txt.
# Run it in this folder. Arguments: beginnings of file names to make; none makes all.
set -eu
out=$PWD
only=${*:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ff() { ffmpeg -v error -y -nostdin "$@" -fflags +bitexact -flags:v +bitexact -flags:a +bitexact "$out/$to"; }
# make NAME COMMAND...: runs a command that writes $out/$to, or ./$to for programs that need another place.
make() {
  to=$1
  shift
  if [ -n "$only" ]; then
    local found= word
    for word in $only; do case $to in "$word"*) found=1 ;; esac; done
    [ "$found" ] || return 0
  fi
  if ! "$@" >"$work/log" 2>&1; then
    echo "FAILED $to"
    tail -n 5 "$work/log"
  elif [ -f "$out/$to" ] && [ "$(stat -c %s "$out/$to")" -gt 60000 ]; then
    echo "large: $to $(stat -c %s "$out/$to")"
  fi
}

bits='if(lt(Y,20),255*mod(floor(N/pow(2,floor(X/20))),2)'
picture="geq=r='$bits,if(gt(Y,76),X*255/159,if(lt(X,40),200,if(lt(X,80),40,if(lt(X,120),50,128)))))'"
picture+=":g='$bits,if(gt(Y,76),X*255/159,if(lt(X,40),40,if(lt(X,80),180,if(lt(X,120),60,128)))))'"
picture+=":b='$bits,if(gt(Y,76),X*255/159,if(lt(X,40),40,if(lt(X,80),60,if(lt(X,120),200,128)))))'"
disc=":a='if(lt(Y,20),255,255*clip((36-hypot(X-80,Y-56))/6,0,1))'"
soft=":a='if(lt(Y,20),255,clip(X*2,16,239))'"
raw() { ffmpeg -v error -y -nostdin -f lavfi -i "color=c=black:s=160x96:r=25:d=$1,format=$2,$3" -c:v ffv1 -pix_fmt "$4" "$5"; }
raw 1.28 gbrp "$picture" gbrp base.mkv
raw 0.8 gbrap "$picture$disc" bgra disc.mkv
raw 0.8 gbrap "$picture$soft" bgra soft.mkv
# A quiet tone, and a click of 2 ms at 0.5 s.
click='0.05*sin(880*PI*t)+0.8*between(t,0.5,0.502)*sin(6000*PI*t)'
tone() { ffmpeg -v error -y -nostdin -f lavfi -i "aevalsrc='$click':s=$2:d=$1" "$3"; }
tone 1.28 48000 tone.wav
tone 0.8 48000 tone1.wav
ffmpeg -v error -y -nostdin -i base.mkv -vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p -f yuv4mpegpipe base.y4m
ffmpeg -v error -y -nostdin -i base.mkv -frames:v 25 -vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p -f yuv4mpegpipe one.y4m
# VP8 without a tag is BT.601.
y601=scale=out_color_matrix=smpte170m:out_range=tv,format=yuv420p
ffmpeg -v error -y -nostdin -i base.mkv -frames:v 25 -vf $y601 -f yuv4mpegpipe one601.y4m
for f in disc soft; do
  mkdir "$f"
  ffmpeg -v error -y -nostdin -i "$f.mkv" -vf format=rgba "$f/%03d.png"
done
tags() { echo "-colorspace $1 -color_primaries $2 -color_trc $3 -color_range ${4:-tv}"; }
bt709=$(tags bt709 bt709 bt709)
y709=scale=out_color_matrix=bt709:out_range=tv,format=yuv420p
x264="-c:v libx264 -preset medium -crf 20"
vp9="-c:v libvpx-vp9 -b:v 0 -crf 24 -deadline good -cpu-used 4 -auto-alt-ref 0"
vp8="-c:v libvpx -b:v 400k -deadline good -cpu-used 4 -auto-alt-ref 0"

# One constant H.264 stream, muxed in many ways.
ffmpeg -v error -y -nostdin -i base.mkv -vf $y709 $x264 $bt709 h264.mp4
ffmpeg -v error -y -nostdin -i base.mkv -frames:v 12 -vf $y709 $x264 $bt709 short.mp4
ffmpeg -v error -y -nostdin -i base.mkv -i tone.wav -vf $y709 $x264 $bt709 -c:a aac -b:a 64k av.mp4
ffmpeg -v error -y -nostdin -i base.mkv -i tone.wav -vf $y709 $vp9 $bt709 -c:a libopus -b:a 32k av.webm

source "$out/make-display.sh"
source "$out/make-colour.sh"
source "$out/make-alpha.sh"
source "$out/make-time.sh"
source "$out/make-sound.sh"

{
  ffmpeg -version | head -n 1 | cut -d' ' -f1-3
  gst-launch-1.0 --version | head -n 1
  echo "ImageMagick $(convert-im6.q16 -version | head -n 1 | cut -d' ' -f3)"
  mkvmerge --version
  for p in mencoder melt sox flite webp apngasm gifsicle x264 x265 vpx-tools aom-tools svt-av1 vorbis-tools opus-tools lame flac espeak-ng libavif-bin; do
    dpkg-query -W "$p"
  done
} >"$out/tools.txt"
