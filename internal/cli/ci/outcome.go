// Package ci writes what CI systems read of a run: JUnit, annotations, the step summary, the HTML report and the
// table of results. It receives plain values and knows nothing of clips, flags or the environment.
package ci

// State is the result of one item of a report.
type State string

// The states of an outcome.
const (
	OK   State = "ok"
	Warn State = "warn"
	Fail State = "fail"
)

// mark returns the sign that is printed next to the state's name, so that no state is shown by colour alone.
func (s State) mark() string {
	return map[State]string{OK: "●", Warn: "◔", Fail: "✕"}[s]
}

// Outcome is the result of one clip or file.
type Outcome struct {
	Name     string
	State    State
	File     string // the manifest that names it; may be empty
	Line     int
	Details  []string  // one finding or error each
	Findings []Finding // the same findings, for the HTML report; empty if the item could not be read
	Hint     string
	Poster   string // a WebP file, absolute; may be empty
	Facts    string // size, frames, length
	Label    string // the file's name for the HTML report; may be empty

	Measured *Measured // for the HTML report; nil where nothing was measured
}

// Measured are figures, pictures, curves and texts of an item.
type Measured struct {
	Passed   []Finding   // findings that are ok
	About    [][2]string // provenance and price, as name and value
	Strip    []byte      // a PNG with pictures side by side; may be empty
	Alpha    bool        // the item is transparent
	Seconds  float64
	Peaks    []byte       // of 10 ms each, 0 to 255 of full scale
	Loudness [][2]float64 // seconds and momentary LUFS
	Captions []Caption
}

// Caption is a text of a film.
type Caption struct {
	Text     string
	From, To float64 // seconds
	Speed    float64 // characters a second
	Contrast float64 // 0 where it was not measured
}

// Finding is the result of one check of an item.
type Finding struct {
	Verdict, Name, Value, Limit, Advice string
	Where                               string // in seconds; may be empty
}

func countFailed(list []Outcome) (n int) {
	for _, o := range list {
		if o.State == Fail {
			n++
		}
	}
	return n
}
