package io.sommelier.house;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What tools show of the settings of a PID. Immutable.
 *
 * @param pid whose settings they are
 * @param defaults the default of each key; none where the key has none
 */
record Metatype(String pid, Map<String, Optional<String>> defaults) {
    static Metatype read(InputStream xml) throws IOException {
        try {
            Document document = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(xml);
            Element designate =
                    (Element) document.getElementsByTagName("Designate").item(0);
            Map<String, Optional<String>> defaults = new TreeMap<>();
            NodeList attributes = document.getElementsByTagName("AD");
            for (int i = 0; i < attributes.getLength(); i++) {
                Element attribute = (Element) attributes.item(i);
                defaults.put(
                        attribute.getAttribute("id"),
                        Optional.of(attribute)
                                .filter(present -> present.hasAttribute("default"))
                                .map(present -> present.getAttribute("default").replaceAll("\\\\(.)", "$1")));
            }
            String pid = designate.getAttribute("pid");
            return new Metatype(pid.isEmpty() ? designate.getAttribute("factoryPid") : pid, defaults);
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(e);
        }
    }
}
