# Alpha in every container and codec that ffmpeg 5.1 decodes it from. Sourced by make.sh.

ya=scale=out_color_matrix=bt709:out_range=tv
ya601=scale=out_color_matrix=smpte170m:out_range=tv
alpha() { ff -i disc.mkv -frames:v "${frames:-10}" "$@"; }
make prores4444.mov alpha -vf $ya,format=yuva444p10le -c:v prores_ks -profile:v 4444 -alpha_bits 16 -frames:v 4 $bt709
make prores4444-8.mov alpha -vf $ya,format=yuva444p10le -c:v prores_ks -profile:v 4444 -alpha_bits 8 -frames:v 4 $bt709
make prores4444-opaque.mov alpha -vf $ya,format=yuv444p10le -c:v prores_ks -profile:v 4444 -frames:v 4 $bt709
make prores4444.mkv alpha -vf $ya,format=yuva444p10le -c:v prores_ks -profile:v 4444 -alpha_bits 16 -frames:v 4 $bt709
make prores4444-soft.mov ff -i soft.mkv -vf $ya,format=yuva444p10le -c:v prores_ks -profile:v 4444 -alpha_bits 16 -frames:v 2 $bt709
make qtrle.mov alpha -vf format=argb -c:v qtrle
make qtrle-sound.mov ff -t 0.4 -i disc.mkv -i tone1.wav -vf format=argb -c:v qtrle -c:a pcm_s16be -ar 8000 -shortest
make png.mov alpha -vf format=rgba -c:v png -frames:v 3
make png16.mov alpha -vf format=rgba64be -c:v png -frames:v 4
make ffv1-bgra.mkv alpha -c:v ffv1 -pix_fmt bgra
make ffv1-yuva.mkv alpha -vf $ya,format=yuva420p -c:v ffv1 $bt709
make ffv1-yuva444p10.mkv alpha -vf $ya,format=yuva444p10le -c:v ffv1 $bt709 -frames:v 4
make ffv1-gbrap12.mkv alpha -vf format=gbrap12le -c:v ffv1 -frames:v 4
make ffv1-bgra.avi alpha -c:v ffv1 -pix_fmt bgra
make utvideo-rgba.avi alpha -vf format=gbrap -c:v utvideo -frames:v 3
make utvideo-rgba.mov alpha -vf format=gbrap -c:v utvideo -frames:v 3
make utvideo-rgba.mkv alpha -vf format=gbrap -c:v utvideo -frames:v 3
make huffyuv-bgra.avi alpha -vf format=bgra -c:v huffyuv -frames:v 3
make ffvhuff-yuva.avi alpha -vf $ya,format=yuva420p -c:v ffvhuff -frames:v 3
make ffvhuff-bgra.mkv alpha -vf format=bgra -c:v ffvhuff -frames:v 3
make magicyuv-gbrap.avi alpha -vf format=gbrap -c:v magicyuv -frames:v 3
make magicyuv-yuva.mov alpha -vf $ya,format=yuva444p -c:v magicyuv $bt709 -frames:v 3
make hap-alpha.mov alpha -vf format=rgba -c:v hap -format hap_alpha -frames:v 4
make cfhd.mov ff -i disc.mkv -vf pad=160:96,format=gbrap12le -c:v cfhd -frames:v 2
make raw-rgba.mov ff -i disc.mkv -vf scale=40:24:flags=neighbor,format=argb -c:v rawvideo -frames:v 6
make raw-bgra.avi ff -i disc.mkv -vf scale=40:24:flags=neighbor,format=bgra -c:v rawvideo -frames:v 6
make raw-rgba.mkv ff -i disc.mkv -vf scale=40:24:flags=neighbor,format=rgba -c:v rawvideo -frames:v 6
make jpeg2000.mov alpha -vf format=rgba -c:v jpeg2000 -frames:v 2
make targa.mov alpha -vf format=bgra -c:v targa -frames:v 3
make zmbv-opaque.avi ff -i base.mkv -frames:v 6 -vf format=bgr0 -c:v zmbv
make vp8-alpha.webm alpha -vf $ya601,format=yuva420p $vp8
make vp9-alpha.webm alpha -vf $ya,format=yuva420p $vp9 $bt709
make vp9-alpha-soft.webm ff -i soft.mkv -vf $ya,format=yuva420p $vp9 $bt709
make vp9-alpha.mkv alpha -vf $ya,format=yuva420p $vp9 $bt709
make vp8-alpha.mkv alpha -vf $ya601,format=yuva420p $vp8
make vp9-alpha-601.webm alpha -vf scale=out_color_matrix=smpte170m:out_range=tv,format=yuva420p $vp9 $(tags smpte170m smpte170m smpte170m)
ffmpeg -v error -y -nostdin -i disc.mkv -frames:v 10 -vf $ya,format=yuva420p $vp9 $bt709 va.webm
ffmpeg -v error -y -nostdin -i disc.mkv -i tone1.wav -vf $ya,format=yuva420p $vp9 $bt709 -c:a libvorbis -shortest vs.webm
make vp9-alpha-mkvmerge.webm mkvmerge -q -w -o "$out/vp9-alpha-mkvmerge.webm" va.webm
# The tag, 53 C0 81 01, becomes a void element of the same length.
untag() { mkvmerge -q "$@" -o "$out/$to" va.webm; perl -0777 -pi -e 's/\x53\xC0\x81\x01/\xEC\x82\x00\x00/' "$out/$to"; }
make vp9-alpha-no-tag.mkv untag
make vp9-alpha-no-tag.webm untag -w
make vp9-lying-tag.webm ff -i base.mkv -frames:v 10 -vf $y709 $vp9 $bt709 -metadata:s:v:0 alpha_mode=1
make vp9-alpha-vorbis.webm cp vs.webm "$out/vp9-alpha-vorbis.webm"
make vp9-alpha-opus.webm ff -i va.webm -i tone1.wav -c:v copy -c:a libopus -b:a 32k -shortest
gst_alpha() { gst-launch-1.0 -q filesrc location=base.mkv ! matroskademux ! avdec_ffv1 ! videoconvert ! video/x-raw,format=I420 ! vp9enc cpu-used=4 end-usage=cq cq-level=24 ! webmmux ! filesink location="$out/$to"; }
make gst-vp9.webm gst_alpha

make apng.apng alpha -vf format=rgba -c:v apng -plays 0 -f apng
make apngasm.png apngasm "$out/apngasm.png" disc/001.png disc/002.png disc/003.png disc/004.png disc/005.png disc/006.png 1 25
make apng-palette.png eval 'for i in 1 2 3 4; do convert-im6.q16 disc/00$i.png -colors 64 PNG8:p$i.png; done; apngasm "$out/$to" p1.png p2.png p3.png p4.png 1 10'
make apng-opaque.apng ff -i base.mkv -frames:v 10 -vf format=rgb24 -c:v apng -f apng
make gif-ffmpeg.gif ff -i disc.mkv -filter_complex "split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse=dither=none"
make gif-opaque.gif ff -i base.mkv -frames:v 10 -filter_complex "split[a][b];[a]palettegen=reserve_transparent=0[p];[b][p]paletteuse=dither=none"
im_gif() { convert-im6.q16 -delay 4 -dispose "$1" disc/00[1-8].png -channel A -threshold 50% +channel -colors 64 -loop 0 "$out/$to"; }
make gif-im-background.gif im_gif Background
make gif-im-previous.gif im_gif Previous
make gif-im-none.gif im_gif None
make gifsicle-o3.gif eval 'convert-im6.q16 -delay 4 -dispose Background disc/00[1-8].png -channel A -threshold 50% +channel -colors 64 -loop 0 g.gif; gifsicle -O3 g.gif -o "$out/$to"'
make gif-vfr.gif gifsicle --delay=10 g.gif '#0-3' --delay=20 '#4-7' -o "$out/gif-vfr.gif"
make gif-zero-delay.gif gifsicle --delay=0 g.gif -o "$out/gif-zero-delay.gif"
make gif-single.gif gifsicle g.gif '#0' -o "$out/gif-single.gif"
make webp-lossless.webp img2webp -loop 0 -lossless -d 40 disc/001.png disc/002.png disc/003.png disc/004.png disc/005.png disc/006.png -o "$out/webp-lossless.webp"
make webp-lossy.webp img2webp -loop 0 -lossy -q 80 -d 40 disc/001.png disc/002.png disc/003.png disc/004.png disc/005.png disc/006.png -o "$out/webp-lossy.webp"
make webp-mixed.webp img2webp -loop 0 -mixed -d 40 disc/001.png disc/002.png -d 80 disc/003.png disc/004.png -o "$out/webp-mixed.webp"
make webp-gif2webp.webp gif2webp -quiet g.gif -o "$out/webp-gif2webp.webp"
make webp-ffmpeg.webp alpha -vf format=bgra -c:v libwebp_anim -lossless 1 -f webp
make webp-opaque.webp eval 'mkdir -p ob; ffmpeg -v error -y -nostdin -i base.mkv -frames:v 6 ob/%03d.png; img2webp -lossy -q 80 -d 40 ob/001.png ob/002.png ob/003.png ob/004.png -o "$out/$to"'
make webp-still.webp cwebp -quiet -lossless disc/001.png -o "$out/webp-still.webp"
# webpmux: a canvas of 160x96, then small frames at offsets, blended and not, disposed and not.
webp_offsets() {
  for i in 1 2 3 4; do convert-im6.q16 disc/00$i.png -crop 80x48+40+24 +repage o$i.png; cwebp -quiet -lossless o$i.png -o o$i.webp; cwebp -quiet -lossless disc/00$i.png -o w$i.webp; done
  webpmux -frame w1.webp +100+0+0+0-b -frame o2.webp +100+40+24+1+b -frame o3.webp +100+10+10+0-b -frame o4.webp +100+60+30+0+b -loop 1 -o "$out/$to"
}
make webp-offsets.webp webp_offsets

# Sequences: folders of pictures.
seq_of() { rm -rf "$out/$to"; mkdir -p "$out/$to"; }
png_seq() { seq_of; ffmpeg -v error -y -nostdin -i disc.mkv -frames:v 6 -start_number "$2" -vf "format=$3" -fflags +bitexact "$out/$to/$1"; }
make seq-png png_seq %04d.png 1 rgba
make seq-png-start17 png_seq take_%03d.png 17 rgba
make seq-png-nopad png_seq f%d.png 7 rgba
make seq-png-rgb png_seq %04d.png 0 rgb24
make seq-png16 png_seq %04d.png 0 rgba64be
make seq-png-palette eval 'seq_of; for i in 1 2 3 4; do convert-im6.q16 disc/00$i.png -colors 64 "PNG8:$out/$to/img-00$i.png"; done'
make seq-webp eval 'seq_of; for i in 1 2 3 4; do cwebp -quiet -lossless disc/00$i.png -o "$out/$to/00$i.webp"; done'
make seq-tiff eval 'seq_of; for i in 1 2 3; do convert-im6.q16 disc/00$i.png -compress LZW -strip "$out/$to/00$i.tif"; done'
make seq-tga eval 'seq_of; for i in 1 2 3; do convert-im6.q16 disc/00$i.png -orient TopLeft -compress RLE "$out/$to/00$i.tga"; done'
make seq-gap eval 'seq_of; for i in 1 2 4 5; do cp disc/00$i.png "$out/$to/00$i.png"; done'
