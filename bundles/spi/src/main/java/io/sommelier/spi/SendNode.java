package io.sommelier.spi;

/** The link that makes an entry a node of a {@link SendQueue}. */
class SendNode {
    volatile SendNode next;
}
