package media

// trackSize records the size in the keyframes of VP8 and VP9. Containers sometimes have another one, and
// browsers that record a window change it in the middle.
type trackSize struct {
	codedWidth, codedHeight int // of the first keyframe; 0 when unknown
	resized                 bool
	toWidth, toHeight       int // the first other size
}

func (s *trackSize) add(codec string, b []byte) {
	w, h, ok := frameSize(codec, b)
	switch {
	case !ok || w == s.codedWidth && h == s.codedHeight:
	case s.codedWidth == 0:
		s.codedWidth, s.codedHeight = w, h
	case !s.resized:
		s.resized, s.toWidth, s.toHeight = true, w, h
	}
}

// frameSize reads the size in the head of a keyframe of V_VP8 or V_VP9; ok is false for anything else. RFC 6386,
// 9.1, and the VP9 bitstream specification, 6.2.
func frameSize(codec string, b []byte) (w, h int, ok bool) {
	switch codec {
	case "V_VP8":
		if len(b) < 10 || b[0]&1 != 0 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
			return 0, 0, false
		}
		w, h = int(b[6])|int(b[7]&0x3f)<<8, int(b[8])|int(b[9]&0x3f)<<8
		return w, h, w > 0 && h > 0
	case "V_VP9":
		r := bitReader{b: b}
		if r.read(2) != 2 {
			return 0, 0, false
		}
		profile := r.read(1) | r.read(1)<<1
		if profile == 3 {
			r.read(1)
		}
		if shownBefore, inter := r.read(1), r.read(1); shownBefore == 1 || inter == 1 {
			return 0, 0, false
		}
		r.read(2) // shown, resilient
		if r.read(24) != 0x498342 {
			return 0, 0, false
		}
		if profile >= 2 {
			r.read(1) // 10 or 12 bits
		}
		const rgb = 7
		switch space := r.read(3); {
		case space != rgb && profile&1 == 1:
			r.read(4) // range, two of subsampling, reserved
		case space != rgb:
			r.read(1)
		case profile&1 == 1:
			r.read(1)
		}
		w, h = r.read(16)+1, r.read(16)+1
		return w, h, !r.ended
	}
	return 0, 0, false
}

// bitReader reads bits, the highest of a byte first.
type bitReader struct {
	b     []byte
	at    int
	ended bool
}

func (r *bitReader) read(n int) (v int) {
	for range n {
		if r.at>>3 >= len(r.b) {
			r.ended = true
			return 0
		}
		v = v<<1 | int(r.b[r.at>>3]>>(7-r.at&7)&1)
		r.at++
	}
	return v
}
