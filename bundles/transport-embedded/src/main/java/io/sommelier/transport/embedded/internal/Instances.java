package io.sommelier.transport.embedded.internal;

/** Instance ids of this Karaf: node, bundle and a number, with colons between. */
final class Instances {
    private static final int MOST = 128;

    private Instances() {}

    /** An id within the grammar of names; the bundle's name gives way where it is too long. */
    static String name(String node, String bundle, String number) {
        String clean = bundle.replaceAll("[^A-Za-z0-9._:-]", "-");
        String tail = ":" + number;
        int room = Math.max(0, MOST - node.length() - 1 - tail.length());
        return node + ":" + clean.substring(Math.max(0, clean.length() - room)) + tail;
    }
}
