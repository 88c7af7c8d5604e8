package io.sommelier.wire;

/** Where a link is in its life. */
enum LinkState {
    /** Not started. */
    NEW,
    /** The hello, or its answer, is awaited. */
    OPENED,
    /** The controller's end has the hello, and its owner has not answered. */
    ASKED,
    /** Both ends know each other; commands flow. */
    ACTIVE,
    /** The end. */
    CLOSED
}
