package schema

// schemaQuality is checks.quality: limits of how clips and films look and sound, or their level alone.
func schemaQuality() shape {
	const levels = "off measures nothing, warn warns (flashing fails films), strict fails."
	level := oneOfWords(levels, []string{"off", "warn", "strict"}, "default", "warn")
	return either("How clips and films must look and sound: a level, or limits.", level, object("Limits of quality.", props{
		"level": level,
		"loudness": pattern("Integrated loudness of EBU R128: -23LUFS for broadcast, -14LUFS or -16LUFS for streaming; none.",
			`^(-[0-9.]+ ?([Ll][Uu][Ff][Ss])?|none|off|no|false)$`, "-16LUFS"),
		"peak":          unitOf("Largest true peak.", "[Dd][Bb][Tt][Pp]", "default", "-1dBTP"),
		"silence":       with(schemaTime("Longest silence."), "Longest silence.", "default", "5s"),
		"black":         with(schemaTime("Longest black stretch."), "Longest black stretch.", "default", "2s"),
		"frozen":        with(schemaTime("Longest frozen stretch."), "Longest frozen stretch.", "default", "5s"),
		"contrast":      unitOf("Least contrast of texts with what is behind them, by WCAG.", ":1", "default", 4.5),
		"reading-speed": unitOf("Most characters a second of a text.", "", "default", 20),
		"line-length":   integer("Most characters of a line of captions.", 5, 200, "default", 42),
		"safe":          pattern("Share of each side that is kept free of text, at most 40%.", shareForm, "5%"),
		"brand":         schemaColor("A colour that reports show transparent clips on.", "#1F7A4D"),
	}))
}

// unitOf is a number that may have a unit after it.
func unitOf(description, unit string, keywords ...any) shape {
	form := `^[-+]?[0-9.]+ ?$`
	if unit != "" {
		form = `^[-+]?[0-9.]+ ?(` + unit + `)?$`
	}
	return with(pattern(description, form), description, keywords...)
}
