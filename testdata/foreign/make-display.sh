# Rotation, mirroring, pixel aspect. Sourced by make.sh.

# matrix FILE A B C D: writes the display matrix of the first track, in units of 1.
matrix() {
  perl -e 'my ($f, @m) = @ARGV; local $/; open F, "+<:raw", $f or die; my $b = <F>;
    my $at = index($b, "tkhd"); die if $at < 0; $at += 4 + (ord(substr($b, $at + 4, 1)) ? 52 : 40);
    my ($a, $c, $d, $e) = map { pack "l>", $_ * 65536 } @m;
    substr($b, $at, 36) = $a . $c . pack("l>", 0) . $d . $e . pack("l>", 0) . pack("l>", 0) . pack("l>", 0) . pack("l>", 1 << 30);
    seek F, 0, 0; print F $b; close F' "$@"
}
turned() { ff -i short.mp4 -c copy; matrix "$out/$to" "$@"; }
make rot0.mp4 turned 1 0 0 1
make rot90.mp4 turned 0 1 -1 0
make rot180.mp4 turned -1 0 0 -1
make rot270.mp4 turned 0 -1 1 0
make mirror0.mp4 turned -1 0 0 1
make mirror90.mp4 turned 0 1 1 0
make mirror180.mp4 turned 1 0 0 -1
make mirror270.mp4 turned 0 -1 -1 0
make rot90-tag.mov ff -i short.mp4 -c copy -metadata:s:v:0 rotate=90
make rot270-sound.mp4 ff -i av.mp4 -t 1 -c copy -metadata:s:v:0 rotate=270
make rot90-hevc.mov ff -i short.mp4 -c:v libx265 -x265-params log-level=error -tag:v hvc1 -metadata:s:v:0 rotate=90
rotated_frag() { ff -i short.mp4 -c copy -movflags frag_keyframe+empty_moov -metadata:s:v:0 rotate=90; }
make rot90-fragmented.mp4 rotated_frag
rotated_sar() { ff -i short.mp4 -c copy -aspect 10:3 -metadata:s:v:0 rotate=90; }
make rot90-sar2.mp4 rotated_sar
# Matroska has no rotation that ffmpeg 5.1 follows: a roll of the projection is left alone.
make roll90.mkv mkvmerge -q -o "$out/roll90.mkv" --projection-type 0:0 --projection-pose-roll 0:90 short.mp4

make sar2-1.mp4 ff -i short.mp4 -c copy -bsf:v h264_metadata=sample_aspect_ratio=2/1 -aspect 10:3
make sar4-3.mov ff -i base.mkv -frames:v 12 -vf $y709,setsar=4/3 $x264 $bt709
make sar8-9.mp4 ff -i base.mkv -frames:v 12 -vf $y709,setsar=8/9 $x264 $bt709
pal() { x264 --quiet --sar 32:27 --frames 12 -o pal.mkv one.y4m; ff -i pal.mkv -c copy; }
make sar32-27.mp4 pal
make sar-vui.mp4 ff -i short.mp4 -c copy -bsf:v h264_metadata=sample_aspect_ratio=2/1
make sar-vui-hevc.mp4 ff -i base.mkv -frames:v 12 -vf $y709 -c:v libx265 -x265-params log-level=error:sar=2 $bt709 -tag:v hvc1
contradict() { ffmpeg -v error -y -nostdin -i short.mp4 -c copy -bsf:v h264_metadata=sample_aspect_ratio=2/1 vui.mp4; ff -i vui.mp4 -c copy -aspect 20:9; }
make sar-contradiction.mp4 contradict
make sar303-320.webm ff -i base.mkv -frames:v 12 -vf $y601,setsar=303/320 $vp8
make sar-x264.mkv x264 --quiet --sar 2:1 --frames 12 -o "$out/sar-x264.mkv" one.y4m
ffmpeg -v error -y -nostdin -i base.mkv -frames:v 12 -vf $y709 $vp9 $bt709 plain.webm
make display-dimensions.webm mkvmerge -q -w -o "$out/display-dimensions.webm" --display-dimensions 0:320x96 plain.webm
make display-factor.mkv mkvmerge -q -o "$out/display-factor.mkv" --aspect-ratio-factor 0:4/3 plain.webm
make display-ratio.mkv mkvmerge -q -o "$out/display-ratio.mkv" --aspect-ratio 0:16/9 short.mp4
unit() { mkvmerge -q -o "$out/$to" --display-dimensions 0:4x3 plain.webm; mkvpropedit -q "$out/$to" -e track:1 -s display-unit=3; }
make display-unit3.mkv unit
centimetres() { mkvmerge -q -o "$out/$to" --display-dimensions 0:32x18 plain.webm; mkvpropedit -q "$out/$to" -e track:1 -s display-unit=1; }
make display-centimetres.mkv centimetres
make crop.mkv mkvmerge -q -o "$out/crop.mkv" --cropping 0:16,8,16,8 plain.webm
make odd-size.webm ff -i base.mkv -frames:v 12 -vf crop=157:93:0:0,$y709 $vp9 $bt709
make odd-size.mp4 ff -i base.mkv -frames:v 12 -vf crop=157:93:0:0,scale=out_color_matrix=bt709:out_range=tv,format=yuv444p $x264 $bt709
make crop-sps.mp4 ff -i base.mkv -frames:v 12 -vf crop=150:90:0:0,$y709 $x264 $bt709
make stereo-3d.mkv mkvmerge -q -o "$out/stereo-3d.mkv" --stereo-mode 0:side_by_side_left_first short.mp4
make interlaced.mp4 ff -i base.mkv -frames:v 12 -vf $y709 $x264 -flags +ilme+ildct -x264opts tff=1 $bt709
resized() {
  ffmpeg -v error -y -nostdin -i base.mkv -frames:v 8 -vf $y709 $vp9 $bt709 r1.webm
  ffmpeg -v error -y -nostdin -i base.mkv -vf "select=gte(n\\,8)*lt(n\\,16),setpts=N/25/TB,scale=128:80:flags=neighbor,$y709" -frames:v 8 $vp9 $bt709 r2.webm
  printf "file '%s'\nfile '%s'\n" "$PWD/r1.webm" "$PWD/r2.webm" >list
  ff -f concat -safe 0 -i list -c copy
}
make resized.webm resized
