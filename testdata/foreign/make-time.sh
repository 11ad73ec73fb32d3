# Rates, varying rates, time bases, edit lists, containers, tracks. Sourced by make.sh.

# rate FPS ...: the same pictures at another rate.
rate() {
  local fps=$1
  shift
  ff -r "$fps" -i base.mkv -frames:v 24 -vf $y709 "$@" $bt709
}
make fps23.976.mp4 rate 24000/1001 $x264
make fps24.mov rate 24 $x264
make fps29.97.webm rate 30000/1001 $vp9
make fps29.97.mov rate 30000/1001 $x264
make fps30.mp4 rate 30 $x264
make fps30.webm rate 30 $vp8
make fps50.mkv rate 50 $x264
make fps59.94.mp4 rate 60000/1001 $x264
make fps59.94.webm rate 60000/1001 $vp9
make fps60.webm rate 60 $vp9
make fps12.5.mp4 rate 25/2 $x264
make fps15.avi rate 15 -c:v mpeg4 -q:v 4
make fps120.mp4 rate 120 $x264
make fps1.mp4 ff -r 1 -i base.mkv -frames:v 4 -vf $y709 $x264 $bt709
make fps23.976.mkv rate 24000/1001 $x264
make fps47.952.mp4 rate 48000/1001 $x264
make fps10.gif ff -r 10 -i base.mkv -frames:v 8 -filter_complex "split[a][b];[a]palettegen=reserve_transparent=0[p];[b][p]paletteuse=dither=none"
make timescale90000.mp4 ff -i h264.mp4 -c copy -video_track_timescale 90000
make timescale600.mov ff -r 24 -i h264.mp4 -c copy -video_track_timescale 600
make timescale1000.mp4 ff -r 30 -i base.mkv -frames:v 24 -vf $y709 $x264 $bt709 -video_track_timescale 1000
make timescale15360.mp4 ff -r 30 -i base.mkv -frames:v 24 -vf $y709 $x264 $bt709 -video_track_timescale 15360
make timescale10000000.mp4 ff -r 30000/1001 -i base.mkv -frames:v 24 -vf $y709 $x264 $bt709 -video_track_timescale 10000000

# Variable: frames that a screen recorder drops; jitter; one long pause; phones in low light.
vfr() { ff -r 60 -i base.mkv -vf "$1,$y709" -fps_mode vfr -enc_time_base 1/60 "${@:2}" $bt709; }
make vfr-drops.mp4 vfr "select='lt(n,10)+gte(n,14)*not(mod(n,3))'" $x264
make vfr-drops.webm vfr "select='lt(n,10)+gte(n,14)*not(mod(n,3))'" $vp9
make vfr-drops.mkv vfr "select='lt(n,10)+gte(n,14)*not(mod(n,3))'" $x264
make vfr-pause.mp4 ff -i base.mkv -frames:v 20 -vf "setpts='PTS+if(gt(N,9),0.5/TB,0)',$y709" -fps_mode vfr $x264 $bt709
make vfr-phone.mp4 ff -i base.mkv -frames:v 24 -vf "settb=1/90000,setpts='N*3000+if(gt(N,11),(N-11)*3000,0)',$y709" -fps_mode vfr -enc_time_base 1/90000 $x264 $bt709 -video_track_timescale 90000
make jitter.mp4 ff -i base.mkv -frames:v 24 -vf "settb=1/90000,setpts='N*3600+90*mod(N,2)',$y709" -fps_mode vfr -enc_time_base 1/90000 $x264 $bt709 -video_track_timescale 90000
ffmpeg -v error -y -nostdin -i base.mkv -i tone.wav -frames:v 20 -vf $y709 $x264 -bf 0 $bt709 -c:a aac -b:a 48k -t 0.8 nob.mp4
make long-last.mp4 ff -i nob.mp4 -map 0:v -c copy -bsf:v "setts=pts=PTS:dts=DTS:duration='if(eq(N,19),15*DURATION,DURATION)'"
make long-last.mov ff -i nob.mp4 -c copy -bsf:v "setts=pts=PTS:dts=DTS:duration='if(eq(N,19),9*DURATION,DURATION)'"
gst_vfr() { gst-launch-1.0 -q videotestsrc num-buffers=30 pattern=smpte ! video/x-raw,width=160,height=96,framerate=30/1 ! identity drop-probability=0.3 ! videoconvert ! x264enc tune=zerolatency key-int-max=15 ! mp4mux ! filesink location="$out/$to"; }
make gst-drops.mp4 gst_vfr
gst_cfr() { gst-launch-1.0 -q filesrc location=base.mkv ! matroskademux ! avdec_ffv1 ! videoconvert ! video/x-raw,format=I420 ! x264enc ! $1 ! filesink location="$out/$to"; }
make gst.mp4 gst_cfr mp4mux
make gst.mov gst_cfr qtmux
make gst.mkv gst_cfr matroskamux
make gst.flv gst_cfr flvmux
ffmpeg -v error -y -nostdin -i base.mkv -frames:v 8 -c copy eight.mkv
make gst-mjpeg.avi gst-launch-1.0 -q filesrc location=eight.mkv ! matroskademux ! avdec_ffv1 ! videoconvert ! jpegenc quality=60 ! avimux ! filesink location="$out/gst-mjpeg.avi"
make gst-fragmented.mp4 gst_cfr "mp4mux fragment-duration=500"
make gst-live.webm gst-launch-1.0 -q filesrc location=base.mkv ! matroskademux ! avdec_ffv1 ! videoconvert ! video/x-raw,format=I420 ! vp8enc ! webmmux streamable=true ! filesink location="$out/gst-live.webm"
make gst-av.webm gst-launch-1.0 -q webmmux name=m ! filesink location="$out/gst-av.webm" filesrc location=base.mkv ! matroskademux ! avdec_ffv1 ! videoconvert ! video/x-raw,format=I420 ! vp8enc ! m. filesrc location=tone.wav ! wavparse ! audioconvert ! vorbisenc ! m.

# Edit lists and time stamps.
make edit-trim.mp4 ff -ss 0.52 -i av.mp4 -c copy
make edit-trim-silent.mp4 ff -ss 0.52 -i h264.mp4 -c copy
make edit-trim-end.mp4 ff -ss 0.52 -i h264.mp4 -t 0.5 -c copy
make edit-delay.mp4 ff -itsoffset 0.3 -i h264.mp4 -i tone.wav -map 0:v -map 1:a -c:v copy -c:a aac
make edit-off.mp4 ff -i h264.mp4 -c copy -use_editlist 0 -avoid_negative_ts make_zero
make negative-cts.mp4 ff -i h264.mp4 -c copy -movflags negative_cts_offsets
make late-start.webm ff -itsoffset 0.4 -i av.webm -c copy
make late-video.mkv ff -i tone.wav -itsoffset 0.24 -i h264.mp4 -map 1:v -map 0:a -c:v copy -c:a libopus
make no-bframes.mp4 ff -i base.mkv -frames:v 24 -vf $y709 $x264 -bf 0 $bt709
make bframes8.mp4 ff -i base.mkv -frames:v 24 -vf $y709 $x264 -bf 8 -x264opts b-adapt=0:b-pyramid=strict $bt709
make single.mp4 ff -i base.mkv -frames:v 1 -vf $y709 $x264 $bt709
make single.webm ff -i base.mkv -frames:v 1 -vf $y709 $vp9 $bt709
make two-frames.mov ff -i base.mkv -frames:v 2 -vf $y709 $x264 $bt709
make open-gop.mp4 ff -i base.mkv -vf $y709 $x264 -g 10 -x264opts open-gop=1 $bt709
altref() { ffmpeg -v error -y -nostdin -i base.mkv -vf $y709 -c:v libvpx-vp9 -b:v 0 -crf 30 -auto-alt-ref 1 -lag-in-frames 16 -pass 1 -f null /dev/null; ff -i base.mkv -vf $y709 -c:v libvpx-vp9 -b:v 0 -crf 30 -auto-alt-ref 1 -lag-in-frames 16 -pass 2 $bt709; }
make vp9-altref.webm altref
altref8() { ffmpeg -v error -y -nostdin -i base.mkv -vf $y601 -c:v libvpx -b:v 200k -auto-alt-ref 1 -lag-in-frames 16 -pass 1 -f null /dev/null; ff -i base.mkv -vf $y601 -c:v libvpx -b:v 200k -auto-alt-ref 1 -lag-in-frames 16 -pass 2; }
make vp8-altref.webm altref8

# Containers.
make plain.mp4 ff -i av.mp4 -c copy
make faststart.mp4 ff -i av.mp4 -c copy -movflags +faststart
make fragmented.mp4 ff -i av.mp4 -c copy -movflags frag_keyframe+empty_moov
make fragmented-default-base.mp4 ff -i av.mp4 -c copy -movflags frag_every_frame+default_base_moof+empty_moov
make cmaf.mp4 ff -i h264.mp4 -c copy -movflags cmaf -frag_duration 500000
make dash-sidx.mp4 ff -i av.mp4 -c copy -movflags dash+global_sidx -frag_duration 500000
make hybrid.mp4 ff -i av.mp4 -c copy -movflags frag_keyframe
make av.mov ff -i av.mp4 -c copy
make av.m4v ff -i av.mp4 -c copy
make av.f4v ff -i av.mp4 -c copy -f f4v
make av.3gp ff -i av.mp4 -c copy -f 3gp
make av.ts ff -i av.mp4 -c copy -f mpegts
make av.flv ff -i av.mp4 -c copy -f flv
make h263.3gp ff -i base.mkv -frames:v 20 -vf scale=176:144:flags=neighbor -c:v h263 -f 3gp
make mpeg4.mp4 ff -i base.mkv -vf $y709 -c:v mpeg4 -q:v 4
make mpeg4.avi ff -i base.mkv -i tone.wav -vf $y709 -c:v mpeg4 -q:v 6 -c:a libmp3lame -b:a 32k
make mpeg2.mov ff -i base.mkv -vf $y709 -c:v mpeg2video -q:v 4
make xvid.avi ff -i base.mkv -vf $y709 -c:v libxvid -q:v 4
make mencoder.avi mencoder base.y4m -demuxer y4m -ovc lavc -lavcopts vcodec=mpeg4:vqscale=4 -nosound -o "$out/mencoder.avi"
make mencoder-lavf.mov mencoder base.y4m -demuxer y4m -ovc lavc -lavcopts vcodec=mpeg4:vqscale=4 -nosound -of lavf -lavfopts format=mov -o "$out/mencoder-lavf.mov"
make melt.mp4 melt -silent av.mp4 -profile square_ntsc -consumer avformat:"$out/melt.mp4" width=160 height=96 frame_rate_num=25 frame_rate_den=1 vcodec=libx264 acodec=aac ab=64k real_time=-1
make av-h264.mkv ff -i av.mp4 -c copy
make mkvmerge-h264.mkv mkvmerge -q -o "$out/mkvmerge-h264.mkv" av.mp4
make mkvmerge-zlib.mkv mkvmerge -q -o "$out/mkvmerge-zlib.mkv" --compression 0:zlib --compression 1:zlib av.mp4
make mkvmerge-no-cues.mkv mkvmerge -q -o "$out/mkvmerge-no-cues.mkv" --no-cues av.webm
make mkvmerge-no-lacing.mkv mkvmerge -q -o "$out/mkvmerge-no-lacing.mkv" --disable-lacing av.mp4
make mkvmerge-timestamps-us.mkv mkvmerge -q -o "$out/mkvmerge-timestamps-us.mkv" --timestamp-scale 1000 av.webm
make mkvmerge-timestamps-ns.mkv mkvmerge -q -o "$out/mkvmerge-timestamps-ns.mkv" --timestamp-scale -1 av.webm
make mkvmerge-short-clusters.mkv mkvmerge -q -o "$out/mkvmerge-short-clusters.mkv" --cluster-length 100ms av.webm
make mkvmerge-default-duration.mkv mkvmerge -q -o "$out/mkvmerge-default-duration.mkv" --default-duration 0:30000/1001fps h264.mp4
make mkvmerge-sync.mkv mkvmerge -q -o "$out/mkvmerge-sync.mkv" --sync 0:200 av.mp4
make hevc.mkv ff -i base.mkv -vf $y709 -c:v libx265 -x265-params log-level=error $bt709
make vp8.mkv ff -i base.mkv -vf $y601 $vp8
make live.webm eval 'ffmpeg -v error -y -nostdin -i av.webm -c copy -f webm -live 1 - | cat >"$out/$to"'
make piped.mkv eval 'ffmpeg -v error -y -nostdin -i av.mp4 -c copy -f matroska - | cat >"$out/$to"'
make cues-to-front.webm ff -i av.webm -c copy -cues_to_front 1
make prores.mov ff -i base.mkv -frames:v 4 -vf $ya,format=yuv422p10le -c:v prores_ks -profile:v 0 $bt709

# Tracks.
ffmpeg -v error -y -nostdin -f lavfi -i color=c=red:s=64x64:d=1 -frames:v 1 cover.png
ffmpeg -v error -y -nostdin -i cover.png cover.jpg
printf '1\n00:00:00,200 --> 00:00:01,000\nHello\n' >words.srt
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=600\ntitle=one\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=600\nEND=1280\ntitle=two\n' >chapters.txt
make chapters.mp4 ff -i av.mp4 -i chapters.txt -map_metadata 1 -map 0 -c copy
make chapters-silent.mov ff -i h264.mp4 -i chapters.txt -map_metadata 1 -map 0 -c copy
make timecode.mov ff -i h264.mp4 -c copy -timecode 01:00:00:00
make subtitles.mp4 ff -i av.mp4 -i words.srt -map 0 -map 1 -c copy -c:s mov_text
make subtitles.mkv ff -i av.mp4 -i words.srt -map 0 -map 1 -c copy -c:s srt
make subtitles-long.mkv eval 'printf "1\n00:00:00,200 --> 00:00:05,000\nHello\n" >long.srt; ff -i av.mp4 -i long.srt -map 0 -map 1 -c copy -c:s srt'
make cover.mp4 ff -i av.mp4 -i cover.png -map 0 -map 1 -c copy -disposition:v:1 attached_pic
make cover-first.mp4 ff -i cover.jpg -i av.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic
make cover.mkv mkvmerge -q -o "$out/cover.mkv" --attach-file cover.png av.mp4
make cover-first.mkv ff -i cover.jpg -i av.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic
make two-videos.mp4 ff -i av.mp4 -i short.mp4 -map 0 -map 1 -c copy
make two-videos-default-second.mkv ff -i short.mp4 -i av.mp4 -map 0:v -map 1 -c copy -disposition:v:0 0 -disposition:v:1 default
make audio-first.mp4 ff -i av.mp4 -map 0:a -map 0:v -c copy
make audio-first.webm ff -i av.webm -map 0:a -map 0:v -c copy
make attachment-font.mkv mkvmerge -q -o "$out/attachment-font.mkv" --attachment-mime-type font/ttf --attach-file words.srt av.mp4
printf 'CHAPTER01=00:00:00.000\nCHAPTER01NAME=one\nCHAPTER02=00:00:00.800\nCHAPTER02NAME=two\n' >ogm.txt
make tags-and-chapters.mkv mkvmerge -q -o "$out/tags-and-chapters.mkv" --title "Ä title" --chapters ogm.txt av.mp4
