-- Second pass, once every label has its number: references, links and pictures.

local context = require("context")
local now, NBSP, problem = context.now, context.NBSP, context.problem
local kind, quoted, rooted, anchor, key = context.kind, context.quoted, context.rooted, context.anchor, context.key

local function link(text, id, target)
  if not now.html then return pandoc.Link(text, "#" .. anchor(id, target)) end
  local page = target == now.chapter and "" or now.chapter.up .. target.file:gsub("qmd$", "html")
  return pandoc.Link(text, page .. (id ~= "" and "#" .. id or ""), "", { class = "xref" })
end

return {
  Cite = function(cite)
    local inlines = pandoc.Inlines({})
    for _, c in ipairs(cite.citations) do
      local entry = now.labels[c.id]
      if (entry == nil) ~= (now.labels[cite.citations[1].id] == nil) then
        problem("@" .. c.id, "write references to the book and citations in brackets of their own: @" .. c.id)
      end
      if not entry and not now.bibliography[c.id] then
        local missing = kind(c.id) and "nothing is labelled " .. c.id or "no entry " .. c.id .. " in the bibliography"
        problem("@" .. c.id, missing)
      elseif entry then
        local bare = c.mode == "SuppressAuthor" or #c.prefix > 0
        local text = #c.prefix > 0 and c.prefix .. { pandoc.Str(NBSP) } or pandoc.Inlines({})
        text:insert(pandoc.Str(bare and entry.number or entry.text))
        inlines:extend(#inlines > 0 and { pandoc.Str(","), pandoc.Space() } or {})
        inlines:insert(link(text, c.id, entry.chapter))
        inlines:extend(c.suffix)
      end
    end
    if #inlines > 0 then return inlines end
  end,
  Link = function(el)
    if el.target:match("^%a[%w+.-]*:") or el.classes:includes("xref") then return nil end
    local path, id = el.target:match("^([^#]*)#?(.*)$")
    local function is_meant(c) return c.file == rooted(path) end
    local target = path == "" and now.chapter or now.book.chapters:find_if(is_meant)
    if target and (id == "" or now.labels[key(id, target)]) then
      return link(el.content, (now.html or id ~= "") and id or target.id, target)
    end
    problem("(" .. el.target, "this link leads nowhere in the book")
  end,
  Image = function(image)
    local alt = image.attributes["fig-alt"] or image.attributes.alt or pandoc.utils.stringify(image.caption)
    local width, path = image.attributes.width, rooted(image.src)
    local copy = pandoc.path.join({ now.book.made, path })
    if image.src:match("^%a[%w+.-]*:") or path:match("^%.%./") then
      problem("(" .. image.src, "this picture lies outside the project")
    elseif not pandoc.path.exists(copy) and not pandoc.path.exists(path) then
      problem("(" .. image.src, "there is no picture " .. image.src)
    elseif not pandoc.path.exists(copy) then
      pandoc.system.make_directory(pandoc.path.directory(copy), true)
      pandoc.system.copy(path, copy)
    end
    if now.html then
      local attributes = { class = table.concat(image.classes, " "), width = width }
      return pandoc.Image(alt, now.chapter.up .. path, image.title, attributes)
    end
    -- Typst reads a length from the file itself and keeps it within the text; a share of the width it is told.
    local size = width and not width:match("in$") and width:gsub("^([%d.]+)px$", "%1pt * 0.75")
    return pandoc.RawInline("typst", ("#picture(%s, %s, %s)"):format(quoted("/" .. path), size or "auto", quoted(alt)))
  end,
}
