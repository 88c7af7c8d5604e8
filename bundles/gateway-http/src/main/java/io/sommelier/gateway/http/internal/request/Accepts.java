package io.sommelier.gateway.http.internal.request;

import io.sommelier.gateway.http.internal.reply.ReplyForm;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which form of a streamed reply a client wants. The three forms that frame parts are given to those who name them; a type that is named otherwise, and a range such as
 * {@code *}{@code /*}, means the bytes as the worker sends them. The highest quality wins; of equal ones a named type before a range, and then the first.
 */
final class Accepts {
    private static final Pattern QUALITY = Pattern.compile("q\\s*=\\s*(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)");

    private Accepts() {}

    /** Reads the header, null for none; empty when it accepts nothing at all. */
    static Optional<ReplyForm> form(String header) {
        if (header == null || header.isBlank()) {
            return Optional.of(ReplyForm.RAW);
        }
        Optional<ReplyForm> best = Optional.empty();
        double bestRank = 0;
        for (String entry : header.split(",")) {
            String[] pieces = entry.split(";");
            String type = pieces[0].trim().toLowerCase(Locale.ROOT);
            double quality = type.isEmpty() ? 0 : quality(pieces);
            // A range ranks just below a named type of the same quality; qualities have three digits.
            double rank = type.endsWith("*") ? quality - 0.0001 : quality;
            if (quality > 0 && (best.isEmpty() || rank > bestRank)) {
                best = Optional.of(ReplyForm.ofType(type));
                bestRank = rank;
            }
        }
        return best;
    }

    /** 1 where there is none, or one that is not understood. */
    private static double quality(String[] pieces) {
        for (int i = 1; i < pieces.length; i++) {
            String parameter = pieces[i].trim().toLowerCase(Locale.ROOT);
            if (QUALITY.matcher(parameter).matches()) {
                return Double.parseDouble(
                        parameter.substring(parameter.indexOf('=') + 1).trim());
            }
        }
        return 1;
    }
}
