#!/bin/sh
# Makes programs/: one table as spreadsheet programs save it. Run in this folder, on Debian 12 with
#   apt-get install --no-install-recommends gnumeric libreoffice-calc miller python3-pandas python3-openpyxl
# The files excel-* are written byte by byte as Excel documents its formats; Excel was not run.
set -e
rm -rf programs
mkdir programs
cd programs
/usr/bin/python3 - <<'PY'
import openpyxl, pandas
rows = [
    ["id", "name", "company", "says"],
    ["007", "José Núñez", "Müller; Söhne", 'He said "no", twice'],
    ["008", "Zoë", "1,5 & Co.", "one\ntwo"],
    ["009", "Åse", "", "a\tb | c"],
]
book = openpyxl.Workbook()
for r in rows:
    book.active.append(r)
book.save("../people.xlsx")

t = pandas.DataFrame(rows[1:], columns=rows[0])
t.to_csv("pandas-index.csv")
t.to_csv("pandas.csv", index=False)
t.to_csv("pandas-sig-semicolon.csv", index=False, sep=";", encoding="utf-8-sig")
t.to_csv("pandas.tsv", index=False, sep="\t")
t.to_csv("pandas-pipe.csv", index=False, sep="|")
t.to_csv("pandas-utf16.csv", index=False, encoding="utf-16")
t.to_csv("pandas-cr-cr-lf.csv", index=False, lineterminator="\r\r\n")
t.to_json("pandas.jsonl", orient="records", lines=True)

def excel(name, sep, encoding, end="\r\n", head="", tail=""):
    def cell(c):
        return '"' + c.replace('"', '""') + '"' if any(s in c for s in sep + '"\n,') else c
    text = head + end.join(sep.join(cell(c) for c in r) + tail for r in rows) + end
    with open(name, "wb") as f:
        f.write(text.encode(encoding))

excel("excel-utf8-comma.csv", ",", "utf-8-sig")
excel("excel-utf8-semicolon.csv", ";", "utf-8-sig")
excel("excel-sep-line.csv", ";", "utf-8-sig", head="sep=;\r\n")
excel("excel-unicode-text.txt", "\t", "utf-16")
excel("excel-macintosh-utf8.csv", ",", "utf-8", end="\r")
excel("excel-empty-columns.csv", ",", "utf-8-sig", tail=",,")
excel("excel-utf16be.txt", "\t", "utf-16-be", head="\ufeff")
excel("refused-excel-comma.csv", ",", "cp1252")
excel("refused-excel-semicolon.csv", ";", "cp1252")
excel("refused-excel-msdos.csv", ",", "cp850")
excel("refused-excel-macintosh.csv", ",", "mac_roman", end="\r")
PY
ssconvert -O 'separator=; quoting-mode=always' ../people.xlsx gnumeric-always.txt 2>/dev/null
mv gnumeric-always.txt gnumeric-semicolon-quoted.csv # ssconvert takes options for .txt only
ssconvert ../people.xlsx gnumeric.csv 2>/dev/null
ssconvert -O "separator='|' eol=mac" ../people.xlsx gnumeric-pipe-cr.txt 2>/dev/null
ssconvert -O "separator='	' charset=UTF-16LE" ../people.xlsx refused-gnumeric-utf16-no-mark.txt 2>/dev/null
ssconvert -T Gnumeric_html:html40 ../people.xlsx refused-gnumeric-html.csv 2>/dev/null
ssconvert -T Gnumeric_Excel:xlsx ../people.xlsx refused-workbook.csv 2>/dev/null
ssconvert -T Gnumeric_Excel:excel_biff8 ../people.xlsx refused-workbook-97.csv 2>/dev/null
ssconvert -T Gnumeric_OpenCalc:odf ../people.xlsx refused-workbook-ods.csv 2>/dev/null
mlr --icsv --otsvlite cat pandas.csv >refused-miller.tsv
mlr --icsv --ojsonl cat pandas.csv >miller.jsonl

# LibreOffice: separator, quote, character set (76 UTF-8, 65535 UTF-16, 1 Windows-1252), first line, columns, language, quote all.
calc() {
	soffice --headless --convert-to "$2" --outdir . ../people.xlsx >/dev/null 2>&1
	mv people.csv "$1"
}
calc libreoffice-comma.csv 'csv:Text - txt - csv (StarCalc):44,34,76,1'
calc libreoffice-semicolon-quoted.csv 'csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true'
calc libreoffice-tab.csv 'csv:Text - txt - csv (StarCalc):9,34,76,1'
calc libreoffice-utf16.csv 'csv:Text - txt - csv (StarCalc):9,34,65535,1'
calc refused-libreoffice-1252.csv 'csv:Text - txt - csv (StarCalc):59,34,1,1'
rm ../people.xlsx
