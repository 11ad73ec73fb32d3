# Matrix, range, transfer, bit depth, chroma. Sourced by make.sh.

# coded FORMAT MATRIX RANGE ...: converts the drawn RGB as the tags say.
coded() {
  local format=$1 matrix=$2 range=$3
  shift 3
  ff -i base.mkv -frames:v 12 -vf "scale=out_color_matrix=$matrix:out_range=$range,format=$format" "$@"
}
sd525=$(tags smpte170m smpte170m smpte170m)
sd625=$(tags bt470bg bt470bg smpte170m)
make bt601-525.mp4 coded yuv420p smpte170m tv $x264 $sd525
make bt601-625.mov coded yuv420p bt470bg tv $x264 $sd625
make bt601.webm coded yuv420p smpte170m tv $vp9 $sd525
make bt601-vp8.webm coded yuv420p smpte170m tv $vp8 $sd525
make bt601-hevc.mp4 coded yuv420p smpte170m tv -c:v libx265 -x265-params log-level=error -tag:v hvc1 $sd525
make bt709.mp4 coded yuv420p bt709 tv $x264 $bt709
make smpte240m.mp4 coded yuv420p smpte240m tv $x264 $(tags smpte240m smpte240m smpte240m)
make fcc.mp4 coded yuv420p fcc tv $x264 $(tags fcc bt470m smpte170m)
make full-range.mp4 coded yuvj420p bt709 pc $x264 $(tags bt709 bt709 bt709 pc)
make full-range-601.mp4 coded yuvj420p smpte170m pc $x264 $(tags smpte170m smpte170m smpte170m pc)
make full-range.webm coded yuv420p bt709 pc $vp9 $(tags bt709 bt709 bt709 pc)
make mjpeg.avi coded yuvj420p smpte170m pc -c:v mjpeg -q:v 4
make mjpeg.mov coded yuvj422p smpte170m pc -c:v mjpeg -q:v 4
make untagged.mp4 coded yuv420p bt709 tv $x264
make untagged-sd.mp4 ff -i base.mkv -frames:v 6 -vf scale=720:576:flags=neighbor,$y709 $x264
make sd-601-tag-only-matrix.mp4 coded yuv420p smpte170m tv $x264 -colorspace smpte170m
make ten-bit.mp4 coded yuv420p10le bt709 tv $x264 $bt709
make ten-bit-422.mov coded yuv422p10le bt709 tv -c:v prores_ks -profile:v 1 $bt709 -frames:v 4
make ten-bit-hevc.mp4 coded yuv420p10le bt709 tv -c:v libx265 -x265-params log-level=error -tag:v hvc1 $bt709
make ten-bit-vp9.webm coded yuv420p10le bt709 tv $vp9 -profile:v 2 $bt709
make twelve-bit.mkv coded yuv420p12le bt709 tv -c:v ffv1 $bt709
make yuv422.mp4 coded yuv422p bt709 tv $x264 $bt709
make yuv444.mp4 coded yuv444p bt709 tv $x264 $bt709
make yuv444-vp9.webm coded yuv444p bt709 tv $vp9 -profile:v 1 $bt709
make gray.mp4 coded gray bt709 tv $x264
make gray.mkv coded gray bt709 tv -c:v ffv1
make rgb-x264.mp4 ff -i base.mkv -frames:v 12 -vf format=rgb24 -c:v libx264rgb -crf 16
make rgb-vp9.webm ff -i base.mkv -frames:v 12 -vf format=gbrp $vp9 -profile:v 1 -colorspace rgb
make rgb-qtrle.mov ff -i base.mkv -frames:v 12 -vf format=rgb24 -c:v qtrle
make rgb-png.mov ff -i base.mkv -frames:v 12 -vf format=rgb24 -c:v png
make rgb-utvideo.avi ff -i base.mkv -frames:v 4 -vf format=gbrp -c:v utvideo
make rgb-huffyuv.avi ff -i base.mkv -frames:v 3 -vf format=rgb24 -c:v huffyuv
make rgb-ffv1.mkv ff -i base.mkv -frames:v 12 -c:v ffv1
make rgb-raw.avi ff -i base.mkv -frames:v 4 -vf scale=40:24:flags=neighbor,format=bgr24 -c:v rawvideo
make uyvy.mov ff -i base.mkv -frames:v 6 -vf scale=40:24:flags=neighbor:out_color_matrix=smpte170m,format=uyvy422 -c:v rawvideo $sd525
make v210.mov ff -i base.mkv -frames:v 2 -vf scale=48:24:flags=neighbor:out_color_matrix=bt709,format=yuv422p10le -c:v v210 $bt709
make dnxhd.mov ff -i base.mkv -frames:v 2 -vf scale=256:120:flags=neighbor:out_color_matrix=bt709,format=yuv422p -c:v dnxhd -profile:v dnxhr_lb $bt709
make bt2020.mp4 coded yuv420p10le bt2020 tv -c:v libx265 -x265-params log-level=error -tag:v hvc1 $(tags bt2020nc bt2020 bt2020-10)
make p3.mp4 coded yuv420p bt709 tv $x264 $(tags bt709 smpte432 bt709)
make srgb-transfer.mp4 coded yuv420p bt709 tv $x264 $(tags bt709 bt709 iec61966-2-1)

# HDR: 203 nit white, 100 nit grey and the patches, by zscale.
hdr() { echo "scale=out_color_matrix=bt709,format=yuv444p10le,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709,zscale=transferin=bt709:primariesin=bt709:matrixin=bt709:transfer=$1:primaries=bt2020:matrix=bt2020nc:npl=203,format=yuv420p10le"; }
x265hdr() { ff -i base.mkv -frames:v 12 -vf "$(hdr $1)" -c:v libx265 -x265-params "log-level=error:colorprim=bt2020:transfer=$1:colormatrix=bt2020nc:range=limited$2" -tag:v hvc1 $(tags bt2020nc bt2020 $1); }
make hlg.mp4 x265hdr arib-std-b67 ""
make hlg.mov x265hdr arib-std-b67 ""
make hlg-rot90.mov eval 'x265hdr arib-std-b67 "" && mv "$out/$to" r.mov && ff -i r.mov -c copy -metadata:s:v:0 rotate=90'
make hdr10.mp4 x265hdr smpte2084 ":master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"
make pq.mkv x265hdr smpte2084 ""
make hlg-vp9.webm ff -i base.mkv -frames:v 12 -vf "$(hdr arib-std-b67)" $vp9 -profile:v 2 $(tags bt2020nc bt2020 arib-std-b67)
make pq-vp9.webm ff -i base.mkv -frames:v 12 -vf "$(hdr smpte2084)" $vp9 -profile:v 2 $(tags bt2020nc bt2020 smpte2084)
pq_av1() { ffmpeg -v error -y -nostdin -i base.mkv -frames:v 6 -vf "$(hdr smpte2084)" -strict -1 pq.y4m; aomenc --quiet -o "$out/$to" --webm --cpu-used=6 --limit=6 --profile=0 --bit-depth=10 --color-primaries=bt2020 --transfer-characteristics=smpte2084 --matrix-coefficients=bt2020ncl pq.y4m; }
make pq-aomenc.webm pq_av1
x265cli() { x265 --log-level error --preset fast --colorprim bt709 --transfer bt709 --colormatrix bt709 -f 12 one.y4m -o a.hevc; mkvmerge -q -o "$out/$to" --default-duration 0:25fps a.hevc; }
make x265-cli.mkv x265cli
make aomenc.webm aomenc --quiet -o "$out/aomenc.webm" --webm --cpu-used=6 --limit=12 one.y4m
make vpxenc-vp8.webm vpxenc --quiet --codec=vp8 --webm --limit=25 -o "$out/vpxenc-vp8.webm" one601.y4m
make vpxenc-vp9.webm vpxenc --quiet --codec=vp9 --webm --limit=25 --cpu-used=4 -o "$out/vpxenc-vp9.webm" one.y4m
svt() { SvtAv1EncApp -i one.y4m -n 12 --preset 8 -b a.ivf; mkvmerge -q -o "$out/$to" a.ivf || ff -i a.ivf -c copy; }
make svt-av1.mkv svt
make svt-av1.mp4 eval 'SvtAv1EncApp -i one.y4m -n 12 --preset 8 -b b.ivf && ff -i b.ivf -c copy'
