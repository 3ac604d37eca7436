// The block "Member goal" in the editor; what readers get is printed by PHP.
((blocks, element, editor, components, render) => {
  const make = element.createElement;
  blocks.registerBlockType("member-goal/goal", {
    apiVersion: 2,
    title: "Member goal",
    icon: "groups",
    category: "widgets",
    attributes: { campaign: { type: "string", default: "" }, language: { type: "string", default: "" } },
    edit: ({ attributes, setAttributes }) => make("div", editor.useBlockProps(),
      make(editor.InspectorControls, null, make(components.PanelBody, { title: "Member goal" },
        ["campaign", "language"].map(name => make(components.TextControl, {
          key: name,
          label: name === "campaign" ? "Campaign (empty: as in the settings)" : "Language (empty: as in the settings)",
          value: attributes[name],
          onChange: value => setAttributes({ [name]: value })
        })))),
      make(render, { block: "member-goal/goal", attributes })),
    save: () => null
  });
})(wp.blocks, wp.element, wp.blockEditor, wp.components, wp.serverSideRender);
