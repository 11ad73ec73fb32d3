package value

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/timeline"
	"greenroom/internal/lazyregexp"
)

// Limits of a frame rate, in frames per second.
const (
	MinRate = 1
	MaxRate = 120
	// maxRateBits bounds numerator and denominator: ffmpeg and props count time in both.
	maxRateBits = 20
)

// filmRates are the rates that are slowed by 1000/1001 and written as rounded decimals: 29.97 is 30000/1001.
var filmRates = []int64{12, 15, 24, 30, 48, 60, 96, 120}

var (
	decimalRate  = lazyregexp.New(`^\d{1,3}(?:\.(\d{1,9}))?$`)
	fractionRate = lazyregexp.New(`^(\d{1,7}) ?/ ?(\d{1,6})$`)
)

// Rate reads a frame rate as an exact fraction: 25, 12.5, 29.97 (30000/1001), "30000/1001".
func (r Reader) Rate(path string, to *timeline.Rate) func(ast.Node) {
	return func(n ast.Node) {
		const hint = `write 25, 29.97 or "30000/1001", from 1 to 120`
		if !r.IsScalar(n) {
			r.Fault(n, hint, "%s must be a frame rate", path)
			return
		}
		s, ok := r.ReadText(n, path)
		if !ok {
			return
		}
		if rate, ok := ParseRate(strings.TrimSpace(s)); ok {
			*to = rate
			return
		}
		r.Fault(n, hint, "%s must be a frame rate, got %q", path, s)
	}
}

// ParseRate reads a rate; ok is false for anything else and for rates outside of 1 to 120.
func ParseRate(s string) (timeline.Rate, bool) {
	r, ok := new(big.Rat), false
	if m := fractionRate.FindStringSubmatch(s); m != nil {
		num, _ := strconv.ParseInt(m[1], 10, 64)
		den, _ := strconv.ParseInt(m[2], 10, 64)
		ok = den > 0
		if ok {
			r.SetFrac64(num, den)
		}
	} else if m := decimalRate.FindStringSubmatch(s); m != nil {
		r, ok = r.SetString(s)
		if ok {
			r, ok = fromDecimal(r, len(m[1]))
		}
	}
	fine := max(r.Num().BitLen(), r.Denom().BitLen()) > maxRateBits
	if !ok || fine || r.Cmp(big.NewRat(MinRate, 1)) < 0 || r.Cmp(big.NewRat(MaxRate, 1)) > 0 {
		return timeline.Rate{}, false
	}
	return timeline.Rate{Num: int(r.Num().Int64()), Den: int(r.Denom().Int64())}, true
}

// fromDecimal returns the film rate that a decimal is the short form of, rounded or cut after at least two places:
// 23.976, 23.98 and 23.97 are 24000/1001. Other decimals are exact; ok is false when they are finer than thousandths.
func fromDecimal(decimal *big.Rat, places int) (r *big.Rat, ok bool) {
	if places < 2 {
		return decimal, true
	}
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	digits := new(big.Rat).Mul(decimal, scale)
	for _, rate := range filmRates {
		exact := big.NewRat(rate*1000, 1001)
		off := new(big.Rat).Sub(new(big.Rat).Mul(exact, scale), digits)
		if off.Cmp(big.NewRat(-1, 2)) >= 0 && off.Cmp(big.NewRat(1, 1)) < 0 {
			return exact, true
		}
	}
	return decimal, new(big.Rat).Mul(decimal, big.NewRat(1000, 1)).IsInt()
}
