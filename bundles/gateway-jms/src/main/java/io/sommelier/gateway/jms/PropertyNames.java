package io.sommelier.gateway.jms;

import java.util.Locale;

/** Names of headers as properties: JMS allows no hyphen and no dot in them, and Camel writes them out. Stateless. */
final class PropertyNames {
    private static final String HYPHEN = "_HYPHEN_";
    private static final String DOT = "_DOT_";

    private PropertyNames() {}

    /** The header of a property, in lower case. */
    static String toHeader(String property) {
        return property.replace(HYPHEN, "-").replace(DOT, ".").toLowerCase(Locale.ROOT);
    }

    /** The property of a header; whatever JMS does not allow besides becomes an underscore. */
    static String toProperty(String header) {
        StringBuilder name = new StringBuilder();
        for (char c : header.toCharArray()) {
            switch (c) {
                case '-' -> name.append(HYPHEN);
                case '.' -> name.append(DOT);
                default -> name.append(Character.isJavaIdentifierPart(c) ? c : '_');
            }
        }
        return Character.isJavaIdentifierStart(name.charAt(0)) ? name.toString() : "_" + name;
    }
}
