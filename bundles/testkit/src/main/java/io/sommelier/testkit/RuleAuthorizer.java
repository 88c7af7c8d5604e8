package io.sommelier.testkit;

import io.sommelier.spi.Authorizer;
import io.sommelier.spi.Principal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Permits what a rule permits, and nothing else. Thread-safe. */
public final class RuleAuthorizer implements Authorizer {
    /** Stands for anybody or anything in a rule. */
    public static final String ANY = "*";

    private record Rule(String principal, Action action, String targetId, String operation) {
        boolean covers(Principal who, Action wanted, String target, String what) {
            return action == wanted
                    && (principal.equals(ANY) || principal.equals(who.name()))
                    && (targetId.equals(ANY) || targetId.equals(target))
                    && (operation.equals(ANY) || operation.equals(what));
        }
    }

    private final List<Rule> rules = new CopyOnWriteArrayList<>();

    /** Adds a rule; each text is a name or {@link #ANY}. */
    public RuleAuthorizer permit(String principal, Action action, String targetId, String operation) {
        rules.add(new Rule(principal, action, targetId, operation));
        return this;
    }

    @Override
    public boolean permits(Principal principal, Action action, String targetId, String operation) {
        for (Rule rule : rules) {
            if (rule.covers(principal, action, targetId, operation)) {
                return true;
            }
        }
        return false;
    }
}
