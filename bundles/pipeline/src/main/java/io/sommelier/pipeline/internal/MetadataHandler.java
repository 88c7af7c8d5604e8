package io.sommelier.pipeline.internal;

import io.sommelier.spi.Context;
import io.sommelier.spi.PipelineHandler;
import java.util.concurrent.CompletionStage;

/**
 * Drops a trace parent that is not of the form of W3C Trace Context, section 3.2, as that asks for; the command goes on without it. Stateless.
 *
 * <pre>
 * version "-" trace-id "-" parent-id "-" trace-flags
 * 2       1   32       1   16        1   2            lower-case hexadecimal digits
 * </pre>
 *
 * Version ff is invalid, so is a trace id or parent id of zeros. Version 00 ends there; later ones may go on with another "-".
 */
public final class MetadataHandler implements PipelineHandler {
    private static final int LENGTH = 55;

    @Override
    public CompletionStage<Void> down(Context context) {
        String traceparent = context.command().traceparent();
        if (!traceparent.isEmpty() && !isWellFormed(traceparent)) {
            context.command(context.command().toBuilder().traceparent("").build());
        }
        return NEXT;
    }

    static boolean isWellFormed(String text) {
        if (text.length() < LENGTH || text.charAt(2) != '-' || text.charAt(35) != '-' || text.charAt(52) != '-') {
            return false;
        }
        boolean isEnd = text.length() == LENGTH || !text.startsWith("00") && text.charAt(LENGTH) == '-';
        return isEnd
                && isHex(text, 0, 2)
                && !text.startsWith("ff")
                && isHex(text, 3, 35)
                && !isZero(text, 3, 35)
                && isHex(text, 36, 52)
                && !isZero(text, 36, 52)
                && isHex(text, 53, LENGTH);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
