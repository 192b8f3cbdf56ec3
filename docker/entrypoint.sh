#!/bin/sh
# Renders the page with what never changes of this demo, then becomes Apache. Its name, owner and
# end may change: the page itself asks for them.
# Values come from the environment and may be any text, so each is escaped for HTML.
set -eu
export DEMO_NOW="${DEMO_NOW:-/srv/now}"

site="$DEMO_RUN/site"
mkdir -p "$site"
cp "$DEMO_SOURCE/style.css" "$DEMO_SOURCE/demo.js" "$site/"
printf 'ok\n' > "$site/health"

# Values go in by position and not by pattern, so that nothing in them is taken for a pattern, and
# what was put in is not looked at again.
awk '
    function escaped(text) {
        gsub(/&/, "\\&amp;", text)
        gsub(/</, "\\&lt;", text)
        gsub(/>/, "\\&gt;", text)
        gsub(/"/, "\\&quot;", text)
        gsub(/\047/, "\\&#39;", text)
        return text
    }
    {
        rest = $0
        line = ""
        while (match(rest, /@[A-Z_]+@/)) {
            name = substr(rest, RSTART + 1, RLENGTH - 2)
            value = ENVIRON[name]
            if (value == "") value = "not given"
            line = line substr(rest, 1, RSTART - 1) escaped(value)
            rest = substr(rest, RSTART + RLENGTH)
        }
        print line rest
    }
' "$DEMO_SOURCE/index.html" > "$site/index.html"

exec apache2 -D FOREGROUND -f "$DEMO_SOURCE/apache.conf"
