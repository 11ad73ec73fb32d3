package lockfile

import (
	"fmt"
	"strconv"
	"strings"
)

// readText reads a block that text wrote. It returns false when the YAML package must read it.
// It need not be strict: its entry counts only when text writes the same block for it.
func readText(clip, block string) (Entry, bool) {
	e := Entry{Clip: strings.Clone(clip)}
	block = strings.Clone(block) // or one entry would keep the text of all in memory
	var path [4]string           // the keys above a line, by depth
	var inputs inputsText
	for rest := block; rest != ""; {
		line, after, complete := strings.Cut(rest, "\n")
		rest = after
		text := strings.TrimLeft(line, " ")
		depth := (len(line)-len(text))/2 - 2
		key, value, ok := strings.Cut(text, ":")
		if !complete || !ok || depth < 0 || depth >= len(path) {
			return e, false
		}
		path[depth] = key
		value = strings.TrimPrefix(value, " ")
		if value == "" {
			if depth == 0 && key == "captions" {
				e.Captions = new(Rendition)
			}
			continue
		}
		if inner, quoted := strings.CutPrefix(value, `"`); quoted {
			value = strings.TrimSuffix(inner, `"`)
		}
		if depth == 1 && path[0] == "inputs" {
			inputs, ok = inputs.add(key, value)
			if !ok {
				return e, false
			}
		} else if !e.set(path[:depth+1], value) {
			return e, false
		}
	}
	e.Inputs = Inputs(inputs.text)
	again, ok := e.text(make([]byte, 0, len(block)))
	return e, ok && string(again) == block
}

// set puts a value where its keys say.
func (e *Entry) set(path []string, value string) (ok bool) {
	top, last := path[0], path[len(path)-1]
	switch {
	case len(path) == 1:
		return e.setOwn(last, value)
	case len(path) == 2 && top == "info":
		return e.Info.set(last, value)
	case len(path) == 2 && top == "captions":
		return e.Captions.set(last, value)
	case len(path) == 3 && top == "renditions":
		if e.Renditions == nil {
			e.Renditions = map[string]Rendition{}
		}
		r := e.Renditions[path[1]]
		ok = r.set(last, value)
		e.Renditions[path[1]] = r
	}
	return ok
}

func (e *Entry) setOwn(key, value string) bool {
	var err error
	switch key {
	case "take":
		e.TakeKey = value
	case "route":
		e.Route = value
	case "origin":
		e.Origin = value
	case "video":
		e.VideoID = value
	case "master":
		e.Master = value
	case "bytes":
		e.MasterBytes, err = strconv.ParseInt(value, 10, 64)
	case "announced":
		e.Duration, err = strconv.ParseFloat(value, 64)
	case "warning":
		e.Warning = value
	case "ffmpeg":
		e.Tool = value
	default:
		return false
	}
	return err == nil
}

func (r *Rendition) set(key, value string) bool {
	var err error
	switch key {
	case "key":
		r.Key = value
	case "sha256":
		r.Hash = value
	case "bytes":
		r.Bytes, err = strconv.ParseInt(value, 10, 64)
	default:
		return false
	}
	return err == nil
}

func (i *Info) set(key, value string) bool {
	var err error
	switch key {
	case "width":
		i.Width, err = strconv.Atoi(value)
	case "height":
		i.Height, err = strconv.Atoi(value)
	case "fpsNum":
		i.FPSNum, err = strconv.Atoi(value)
	case "fpsDen":
		i.FPSDen, err = strconv.Atoi(value)
	case "frames":
		i.Frames, err = strconv.Atoi(value)
	case "seconds":
		i.Duration, err = strconv.ParseFloat(value, 64)
	case "transparent":
		i.Transparent, err = strconv.ParseBool(value)
	case "box":
		_, err = fmt.Sscanf(value, `{x: %d, "y": %d, w: %d, h: %d}`, &i.Box.X, &i.Box.Y, &i.Box.W, &i.Box.H)
	case "outWidth":
		i.OutWidth, err = strconv.Atoi(value)
	case "outHeight":
		i.OutHeight, err = strconv.Atoi(value)
	case "stepNum":
		i.StepNum, err = strconv.Atoi(value)
	case "stepDen":
		i.StepDen, err = strconv.Atoi(value)
	default:
		return false
	}
	return err == nil
}
