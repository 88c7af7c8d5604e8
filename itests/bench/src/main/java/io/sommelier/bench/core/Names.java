package io.sommelier.bench.core;

/** What targets, connectors and the operation are called. */
public final class Names {
    /** The one operation that every responder serves. */
    public static final String OPERATION = "serve";

    private Names() {}

    /** The target of the responder of that number. */
    public static String target(int number) {
        return "bench-" + number;
    }

    /** Where the HTTP gateway takes commands for a target. */
    public static String path(String target) {
        return "/commands/" + target + "/" + OPERATION;
    }

    /** An instance id that no other process has. */
    public static String instance(String role, int number) {
        return role + "-" + ProcessHandle.current().pid() + "-" + number;
    }
}
