package io.sommelier.bench.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.sommelier.bench.party.Crowd;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Party;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Clients of a relay that answer what they are asked, or idle: {@code open N} connects so many, {@code close} ends
 * them.
 */
public final class RelayResponders implements Party {
    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final InetSocketAddress relay;
    private final Carrier carrier;
    private final LoadShape shape;
    private final Crowd<Channel> crowd = new Crowd<>();

    /** Connects nobody yet. */
    public RelayResponders(InetSocketAddress relay, Carrier carrier, LoadShape shape) {
        this.relay = relay;
        this.carrier = carrier;
        this.shape = shape;
    }

    /** Connects so many, with successive numbers from that of the first responder. */
    public void open(int count) throws InterruptedException {
        crowd.open(
                count,
                (index, local) -> RelayClients.connect(
                        loop,
                        local.towards(relay),
                        relay,
                        shape.firstResponder() + index,
                        carrier,
                        shape.isStream() ? () -> new StreamAnswers(shape) : this::echo));
    }

    private ChannelHandler echo() {
        return new EchoAnswers();
    }

    @Override
    public String tell(String verb, List<String> words) throws Exception {
        switch (verb) {
            case "open" -> open(Integer.parseInt(words.get(0)));
            case "close" -> crowd.close(channel -> channel.close().syncUninterruptibly());
            default -> throw new IllegalArgumentException("responders do not know '" + verb + "'");
        }
        return "";
    }

    @Override
    public int port() {
        return 0;
    }

    @Override
    public void close() {
        loop.shutdownGracefully();
    }
}
