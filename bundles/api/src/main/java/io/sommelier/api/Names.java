package io.sommelier.api;

/** The one grammar of target, instance and operation names: 1 to {@value #MAX_LENGTH} of {@code A-Z a-z 0-9 . _ : -}, the first a letter or digit. */
final class Names {
    static final int MAX_LENGTH = 128;

    private Names() {}

    static String check(String what, String name) {
        int length = name.length();
        if (length == 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException(what + " has " + length + " characters, allowed are 1 to " + MAX_LENGTH);
        }
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!alphanumeric && (i == 0 || c != '.' && c != '_' && c != ':' && c != '-')) {
                throw new IllegalArgumentException(what + " '" + name + "' has a character at " + i
                        + " that is not allowed: use letters, digits and, after the first, . _ : -");
            }
        }
        return name;
    }

    static String checkOptional(String what, String name) {
        return name.isEmpty() ? name : check(what, name);
    }

    /** Printable ASCII of a bounded length, empty allowed: content types, keys, trace parents. */
    static String checkText(String what, String text, int maxLength) {
        if (text.length() > maxLength) {
            throw new IllegalArgumentException(
                    what + " has " + text.length() + " characters, allowed are at most " + maxLength);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                throw new IllegalArgumentException(what + " has a character at " + i + " that is not printable ASCII");
            }
        }
        return text;
    }
}
