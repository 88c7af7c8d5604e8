package io.sommelier.gateway.http.internal.request;

/**
 * The value of an Idempotency-Key header. The draft standard has it as a string in quotes; many clients send it without, so both are taken, and mean the same key.
 */
final class IdempotencyKey {
    private static final String ALLOWED = "1 to 255 characters of printable ASCII, in quotes or without any";

    private IdempotencyKey() {}

    /** @throws RequestRefusedException when it is empty, too long, or not of that form */
    static String read(String value) {
        String key = value.startsWith("\"") ? unquoted(value) : value;
        boolean isPrintable = key.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (key.isEmpty() || key.length() > 255 || !isPrintable || !value.startsWith("\"") && key.indexOf('"') >= 0) {
            throw bad(value);
        }
        return key;
    }

    /** A string of RFC 9651: quotes and backslashes have a backslash before them, and nothing else has. */
    private static String unquoted(String value) {
        var key = new StringBuilder();
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                if (i != value.length() - 1) {
                    throw bad(value);
                }
                return key.toString();
            }
            if (c == '\\') {
                i++;
                c = i < value.length() ? value.charAt(i) : ' ';
                if (c != '"' && c != '\\') {
                    throw bad(value);
                }
            }
            key.append(c);
        }
        throw bad(value);
    }

    private static RequestRefusedException bad(String value) {
        return RequestRefusedException.bad("Idempotency-Key", value, ALLOWED);
    }
}
