package io.sommelier.bench.core;

/** What targets, connectors and the operation are called. */
final class Names {
    /** The one operation that every responder serves. */
    static final String OPERATION = "serve";

    private Names() {}

    /** The target of the responder of that number. */
    static String target(int number) {
        return "bench-" + number;
    }

    /** An instance id that no other process has. */
    static String instance(String role, int number) {
        return role + "-" + ProcessHandle.current().pid() + "-" + number;
    }
}
