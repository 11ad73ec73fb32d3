package media

// Carried is a report that goes to another process as JSON. Members of a Report that JSON does not have are not read
// there, except for Held and Chosen.
type Carried struct {
	Report Report `json:"report"`
	Held   int    `json:"held"` // see Report.Held
	// Chosen is Report.Chosen.
	Chosen *float64 `json:"chosen,omitempty"`
}

// Carry returns a report for another process.
func (r *Report) Carry() Carried {
	c := Carried{Report: *r, Held: r.Held(), Chosen: r.Chosen()}
	c.Report.File = "" // a path of this machine
	return c
}

// Here returns the report if it is of this process, with everything that a step would read from the file; otherwise
// nil.
func (r *Report) Here() *Report {
	if r.carried != nil {
		return nil
	}
	return r
}

// Arrived returns the report of another process.
func (c Carried) Arrived() *Report {
	r := c.Report
	r.carried = &c
	return &r
}
