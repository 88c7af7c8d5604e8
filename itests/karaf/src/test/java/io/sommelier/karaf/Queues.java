package io.sommelier.karaf;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** The queues of the embedded broker, by its own counters. */
record Queues(Karaf karaf) {

    private Set<ObjectName> find(String queue) throws IOException, MalformedObjectNameException {
        return karaf.mbeans()
                .queryNames(
                        new ObjectName("org.apache.activemq.artemis:component=addresses,subcomponent=queues,queue="
                                + queue + ",*"),
                        null);
    }

    /** The names of all queues whose name begins so. */
    Set<String> named(String prefix) throws IOException, MalformedObjectNameException {
        return find("*").stream()
                .map(name -> ObjectName.unquote(name.getKeyProperty("queue")))
                .filter(name -> name.startsWith(prefix))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A counter of one queue, such as MessageCount, MessagesAdded or ConsumerCount. */
    long counter(String queue, String attribute) throws IOException, JMException {
        Set<ObjectName> names = find(ObjectName.quote(queue));
        if (names.size() != 1) {
            throw new IOException("there are " + names.size() + " queues " + queue);
        }
        return ((Number) karaf.mbeans().getAttribute(names.iterator().next(), attribute)).longValue();
    }
}
