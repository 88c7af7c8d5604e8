package io.sommelier.bench.rows;

import java.util.Locale;

/** Writes a row for a person. */
public final class TextReport {
    private static final String[] COLUMNS = {
        "rate", "p50_us", "p99_us", "p999_us", "cpu_us", "alloc_bytes", "middle_cpu_us", "middle_alloc_bytes"
    };
    private static final String HEAD = String.format(
            "  %-9s %11s %9s %9s %9s %8s %9s %10s %12s",
            "", "rate/s", "p50 us", "p99 us", "p99.9 us", "cpu us", "alloc B", "middle cpu", "middle alloc");

    private TextReport() {}

    /** The row, in several lines. */
    public static String of(RowResult row) {
        StringBuilder text = new StringBuilder(row.row());
        if (row.inFlight() > 0) {
            text.append(": ")
                    .append(row.inFlight())
                    .append(" in flight, ")
                    .append(row.payloadBytes())
                    .append(" B");
        }
        text.append('\n');
        if (!Double.isNaN(row.figure("rate"))) {
            text.append(HEAD).append('\n');
            line(text, row, "ours", "");
            line(text, row, "baseline", "baseline_");
            text.append(format("  ratio: rate %.2f, p50 %.2f%n", row.figure("ratio_rate"), row.figure("ratio_p50")));
        }
        amount(text, row, "mb_per_s", "MB/s");
        amount(text, row, "resident_mb", "MB resident");
        amount(text, row, "heap_mb", "MB on the heap");
        amount(text, row, "direct_mb", "MB in direct buffers");
        amount(text, row, "grown_mb", "MB more resident than before");
        amount(text, row, "first_reply_s", "s to the first reply");
        amount(text, row, "first_http_reply_s", "s to the first reply over HTTP");
        amount(text, row, "archive_mb", "MB packed");
        for (Verdict verdict : row.verdicts()) {
            text.append(
                    format("  aim %s: %s (%.3g)%n", verdict.met() ? "met" : "MISSED", verdict.aim(), verdict.figure()));
        }
        if (!row.unsteady().isEmpty()) {
            text.append("  UNSTEADY: ").append(row.unsteady()).append('\n');
        }
        return text.toString();
    }

    private static void line(StringBuilder text, RowResult row, String side, String prefix) {
        Object[] figures = new Object[COLUMNS.length + 1];
        figures[0] = side;
        for (int i = 0; i < COLUMNS.length; i++) {
            double figure = row.figure(prefix + COLUMNS[i]);
            figures[i + 1] = Double.isNaN(figure) ? "-" : format(figure < 100 ? "%.1f" : "%,.0f", figure);
        }
        text.append(format("  %-9s %11s %9s %9s %9s %8s %9s %10s %12s%n", figures));
    }

    private static void amount(StringBuilder text, RowResult row, String name, String unit) {
        double figure = row.figure(name);
        if (!Double.isNaN(figure)) {
            text.append(format("  %.1f %s", figure, unit));
            double baseline = row.figure("baseline_" + name);
            text.append(Double.isNaN(baseline) ? "\n" : format(", baseline %.1f%n", baseline));
        }
    }

    private static String format(String pattern, Object... figures) {
        return String.format(Locale.ROOT, pattern, figures);
    }
}
