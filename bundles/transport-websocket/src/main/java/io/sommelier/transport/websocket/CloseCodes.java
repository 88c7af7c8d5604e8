package io.sommelier.transport.websocket;

import io.sommelier.api.CloseReason;

/** With which code a WebSocket closes, as {@code PROTOCOL.md} lists them. */
final class CloseCodes {
    private static final int OWN = 4000;
    /** The most bytes of a reason: a control frame has 125, and two are the code. */
    private static final int MOST_BYTES = 123;

    private CloseCodes() {}

    /** The code of RFC 6455 where it has one for that reason, else 4000 and the number of the reason. */
    static int of(CloseReason reason) {
        return switch (reason) {
            case NORMAL -> 1000;
            case SHUTDOWN -> 1001;
            case PROTOCOL_ERROR -> 1002;
            case OVERLOADED -> 1013;
            default -> OWN + reason.number();
        };
    }

    /** The beginning of a text that fits a close frame. */
    static String text(String message) {
        int bytes = 0;
        int end = 0;
        while (end < message.length()) {
            int character = message.codePointAt(end);
            bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
            if (bytes > MOST_BYTES) {
                break;
            }
            end += Character.charCount(character);
        }
        return message.substring(0, end);
    }
}
