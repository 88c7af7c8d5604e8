package io.sommelier.bench.rows;

import io.sommelier.bench.karaf.AssemblyProcess;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.PartyProcess;
import java.util.OptionalLong;

/** The processes of {@link SommelierSide}, with the assembly as the controller. */
final class AssemblySide implements Side {
    private final SommelierSide connectors = new SommelierSide();

    @Override
    public Middle middle(String maxHeap, Plan plan, Resources resources) {
        return middle(resources.assembly(plan, maxHeap));
    }

    /** An assembly that is running. */
    static Middle middle(AssemblyProcess assembly) {
        return new GivenMiddle("127.0.0.1:" + assembly.tcpPort(), OptionalLong.of(assembly.pid()));
    }

    @Override
    public PartyProcess responder(Middle middle, LoadShape shape, Resources resources) {
        return connectors.responder(middle, shape, resources);
    }

    @Override
    public PartyProcess requester(Middle middle, LoadShape shape, Resources resources) {
        return connectors.requester(middle, shape, resources);
    }

    @Override
    public PartyProcess crowd(Middle middle, int first, boolean sameTarget, Resources resources) {
        return connectors.crowd(middle, first, sameTarget, resources);
    }
}
