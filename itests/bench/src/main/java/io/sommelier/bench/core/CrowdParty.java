package io.sommelier.bench.core;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.sommelier.api.Hello;
import io.sommelier.bench.party.Crowd;
import io.sommelier.bench.party.Party;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Many connectors in one process, each a socket with a link and nothing else: {@code open N} brings them, {@code close}
 * sends them away. They return what they get.
 */
public final class CrowdParty implements Party {
    private static final long TICK_MILLIS = 1000;

    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final Crowd<CrowdMember> crowd = new Crowd<>();
    private final InetSocketAddress controller;
    private final int first;
    private final boolean sameTarget;
    private volatile List<CrowdMember> members = List.of();
    private int rounds;

    /**
     * Connects nobody yet.
     *
     * @param first the number of the first of them
     * @param sameTarget whether all are members of the target of the first
     */
    public CrowdParty(InetSocketAddress controller, int first, boolean sameTarget) {
        this.controller = controller;
        this.first = first;
        this.sameTarget = sameTarget;
        loop.scheduleAtFixedRate(
                () -> members.forEach(CrowdMember::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Brings so many; returns when the controller has welcomed all. */
    public void open(int count) throws InterruptedException {
        int round = rounds++;
        crowd.open(count, (index, local) -> {
            int number = first + index;
            Hello hello = Hello.of(Names.instance("crowd-" + round, number))
                    .serves(Names.target(sameTarget ? first : number), Set.of(Names.OPERATION))
                    .build();
            return CrowdMember.connect(loop, local.towards(controller), controller, hello);
        });
        members = crowd.members();
    }

    private void sendAway() {
        members = List.of();
        crowd.close(CrowdMember::leave);
    }

    @Override
    public String tell(String verb, List<String> words) throws Exception {
        switch (verb) {
            case "open" -> open(Integer.parseInt(words.get(0)));
            case "close" -> sendAway();
            default -> throw new IllegalArgumentException("a crowd does not know '" + verb + "'");
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
