package align

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Sizes of what is compared: mel-frequency cepstral coefficients of 23 ms every 10 ms, with their changes. The figures
// are the usual ones of speech recognition.
const (
	window       = 512 // samples
	hop          = Rate / 100
	filters      = 26
	coefficients = 13
	lowest       = 100.0  // Hz
	highest      = 7000.0 // Hz
	width        = 2 * coefficients
)

// vector is one frame of a sound.
type vector [width]float32

// bands are the energies of one frame in each filter.
type bands [filters]float32

// background is the noise with which sounds are warped: 27 dB less than loud speech. Without it the zeros of a program's
// pause are far from the faint noise of a person's, and words are pulled into pauses.
const background = 0.002

// features returns the frames of a sound, with a mean of 0 and a variance of 1 in each dimension: what voices,
// microphones and levels have in common disappears. Noise is added to each energy, as a share of that of loud speech.
func features(samples []int16, noise float64) []vector {
	if len(samples) < window {
		return nil
	}
	frames := make([]bands, (len(samples)-window)/hop+1)
	m := newMel()
	for i := range frames {
		m.energies(samples, i*hop, &frames[i])
	}
	least := noise*loudness(frames) + 1e-10
	out := make([]vector, len(frames))
	for i := range frames {
		m.cepstrum(&frames[i], least, &out[i])
	}
	changes(out)
	normalize(out)
	return out
}

// loudness is the mean energy of a filter in a frame that is louder than nine tenths of them.
func loudness(frames []bands) float64 {
	means := make([]float64, len(frames))
	for i := range frames {
		for _, e := range frames[i] {
			means[i] += float64(e) / filters
		}
	}
	slices.Sort(means)
	return means[len(means)*9/10]
}

// mel computes the energies of one window at a time, and their cepstrum.
type mel struct {
	fft    *fourier.FFT
	taper  [window]float64
	frame  [window]float64
	bins   []complex128
	edges  [filters + 2]int
	cosine [coefficients][filters]float64
}

func newMel() *mel {
	m := &mel{fft: fourier.NewFFT(window), bins: make([]complex128, window/2+1)}
	for i := range m.taper {
		m.taper[i] = 0.54 - 0.46*math.Cos(2*math.Pi*float64(i)/(window-1)) // Hamming
	}
	scale := func(f float64) float64 { return 1127 * math.Log(1+f/700) }
	from, to := scale(lowest), scale(highest)
	for i := range m.edges {
		f := 700 * (math.Exp((from+(to-from)*float64(i)/(filters+1))/1127) - 1)
		m.edges[i] = int((window + 1) * f / Rate)
	}
	for j := range m.cosine {
		for i := range m.cosine[j] {
			m.cosine[j][i] = math.Cos(math.Pi * float64(j) * (float64(i) + 0.5) / filters)
		}
	}
	return m
}

// energies sets the energies of the window that begins at a sample.
func (m *mel) energies(samples []int16, at int, out *bands) {
	for i := range m.frame {
		v := float64(samples[at+i])
		if at+i > 0 {
			v -= 0.97 * float64(samples[at+i-1]) // raises high frequencies, which are weak in speech
		}
		m.frame[i] = v / 32768 * m.taper[i]
	}
	m.bins = m.fft.Coefficients(m.bins, m.frame[:])
	for f := range out {
		sum := 0.0
		left, top, right := m.edges[f], m.edges[f+1], m.edges[f+2]
		for k := left; k < right; k++ {
			weight := float64(right-k) / float64(max(1, right-top))
			if k < top {
				weight = float64(k-left) / float64(max(1, top-left))
			}
			re, im := real(m.bins[k]), imag(m.bins[k])
			sum += weight * (re*re + im*im)
		}
		out[f] = float32(sum)
	}
}

// cepstrum sets the first half of a vector; least is added to each energy.
func (m *mel) cepstrum(energies *bands, least float64, out *vector) {
	var levels [filters]float64
	for f, e := range energies {
		levels[f] = math.Log(float64(e) + least)
	}
	for j := range coefficients {
		sum := 0.0
		for f, level := range levels {
			sum += level * m.cosine[j][f]
		}
		out[j] = float32(sum)
	}
}

// changes sets the second half of each vector: how the first half changes over five frames.
func changes(out []vector) {
	for i := range out {
		before, after := &out[max(0, i-2)], &out[min(len(out)-1, i+2)]
		for j := range coefficients {
			out[i][coefficients+j] = (after[j] - before[j]) / 2
		}
	}
}

func normalize(out []vector) {
	for j := range width {
		var sum, squares float64
		for i := range out {
			v := float64(out[i][j])
			sum += v
			squares += v * v
		}
		mean := sum / float64(len(out))
		deviation := math.Sqrt(max(0, squares/float64(len(out))-mean*mean)) + 1e-9
		for i := range out {
			out[i][j] = float32((float64(out[i][j]) - mean) / deviation)
		}
	}
}
