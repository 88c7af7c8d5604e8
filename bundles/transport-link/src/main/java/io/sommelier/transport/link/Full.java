package io.sommelier.transport.link;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Peer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Refuses every connector, since there are channels enough. Immutable.
 *
 * @param controllerId the id of the controller that has them
 * @param maxChannels how many are enough
 */
record Full(String controllerId, int maxChannels) implements ChannelAcceptor {

    @Override
    public CompletionStage<Peer> hello(Channel channel, Hello hello) {
        return CompletableFuture.failedStage(new HelloRefusedException(new Goodbye(
                CloseReason.OVERLOADED, true, "there are " + maxChannels + " channels, and no more are allowed")));
    }
}
