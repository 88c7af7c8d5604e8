package io.sommelier.transport.link;

import io.sommelier.wire.LinkSettings;
import java.util.Objects;

/**
 * How much a transport takes. Immutable.
 *
 * @param maxChannels how many channels there may be, 1 or more; above it a connector is refused with OVERLOADED, and may come back
 * @param sendQueueCapacity how many commands wait for one channel, 1 to 2^29
 * @param link the limits of each channel
 */
public record LinkBounds(int maxChannels, int sendQueueCapacity, LinkSettings link) {

    /** @throws IllegalArgumentException when a number is out of range */
    public LinkBounds {
        if (maxChannels < 1) {
            throw new IllegalArgumentException("maxChannels " + maxChannels + " is not positive");
        }
        if (sendQueueCapacity < 1 || sendQueueCapacity > 1 << 29) {
            throw new IllegalArgumentException(
                    "sendQueueCapacity " + sendQueueCapacity + " is out of range, allowed are 1 to " + (1 << 29));
        }
        Objects.requireNonNull(link, "link");
    }
}
