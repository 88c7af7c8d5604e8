package io.sommelier.bench.rows;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Writes rows as JSON: an array with one object a row. A figure that is not known is {@code null}. */
public final class JsonReport {
    private JsonReport() {}

    /** The rows. */
    public static String of(List<RowResult> rows) {
        StringJoiner objects = new StringJoiner(",\n", "[\n", "\n]\n");
        rows.forEach(row -> objects.add(object(row)));
        return objects.toString();
    }

    private static String object(RowResult row) {
        StringJoiner fields = new StringJoiner(", ", "{", "}");
        fields.add("\"row\": " + text(row.row()));
        fields.add("\"inflight\": " + row.inFlight());
        fields.add("\"payload_bytes\": " + row.payloadBytes());
        for (Map.Entry<String, Double> figure : row.figures().entrySet()) {
            fields.add(text(figure.getKey()) + ": " + number(figure.getValue()));
        }
        fields.add("\"unsteady\": " + !row.unsteady().isEmpty());
        StringJoiner aims = new StringJoiner(", ", "[", "]");
        for (Verdict verdict : row.verdicts()) {
            aims.add("{\"aim\": " + text(verdict.aim()) + ", \"figure\": " + number(verdict.figure()) + ", \"met\": "
                    + verdict.met() + "}");
        }
        fields.add("\"aims\": " + aims);
        return fields.toString();
    }

    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "null";
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return String.format(Locale.ROOT, "%.4f", value);
    }

    static String text(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
