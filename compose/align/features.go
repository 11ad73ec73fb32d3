package align

import (
	"math"

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

// features returns the frames of a sound, with a mean of 0 and a variance of 1 in each dimension: what voices,
// microphones and levels have in common disappears.
func features(samples []int16) []vector {
	if len(samples) < window {
		return nil
	}
	out := make([]vector, (len(samples)-window)/hop+1)
	m := newMel()
	for i := range out {
		m.cepstrum(samples, i*hop, &out[i])
	}
	changes(out)
	normalize(out)
	return out
}

// mel computes the cepstrum of one window at a time.
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

// cepstrum sets the first half of a vector.
func (m *mel) cepstrum(samples []int16, at int, out *vector) {
	for i := range m.frame {
		v := float64(samples[at+i])
		if at+i > 0 {
			v -= 0.97 * float64(samples[at+i-1]) // raises high frequencies, which are weak in speech
		}
		m.frame[i] = v / 32768 * m.taper[i]
	}
	m.bins = m.fft.Coefficients(m.bins, m.frame[:])
	var energy [filters]float64
	for f := range energy {
		sum := 1e-10
		left, top, right := m.edges[f], m.edges[f+1], m.edges[f+2]
		for k := left; k < right; k++ {
			weight := float64(right-k) / float64(max(1, right-top))
			if k < top {
				weight = float64(k-left) / float64(max(1, top-left))
			}
			re, im := real(m.bins[k]), imag(m.bins[k])
			sum += weight * (re*re + im*im)
		}
		energy[f] = math.Log(sum)
	}
	for j := range coefficients {
		sum := 0.0
		for f, e := range energy {
			sum += e * m.cosine[j][f]
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
