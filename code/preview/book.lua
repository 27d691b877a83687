-- Gives the whole book, one Div a chapter, its numbers, cross-references and format-dependent parts.
-- Metadata: `target` is html or typst; `problems` comes back with what is not known, for book.py to report.

local KINDS = { fig = "Figure", tbl = "Table", sec = "Section", eq = "Equation" }
local DIV_CLASSES = { "content-visible", "content-hidden", "panel-tabset", "column-page", "column-margin" }
local DIV_KEYS = { "layout-ncol", "when-format", "unless-format", "title", "collapse", "appearance" }
local SPAN_CLASSES = { "smallcaps", "underline", "mark", "unnumbered", "content-visible", "content-hidden" }
local CALLOUTS = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" }

local html, index, problems, bibliography = true, {}, pandoc.List(), {}
local chapter, tabsets = nil, 0

-- Report `token`, which stands in the source after something that matches the regular expression `before`.
local function problem(before, token, message)
  problems:insert({ file = chapter.file, before = before, token = token, message = message })
end

local function raw(text) return pandoc.RawBlock(html and "html" or "typst", text) end
local function rawline(text) return pandoc.RawInline(html and "html" or "typst", text) end
local function kind(id) return KINDS[id:match("^(%a+)-")] and id:match("^(%a+)-") end
local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

-- A path written in a chapter, as a path from the project's root without dots.
local function rooted(path)
  local parts = pandoc.List()
  if path:sub(1, 1) ~= "/" then path = pandoc.path.directory(chapter.file) .. "/" .. path end
  for part in path:gmatch("[^/]+") do
    if part == ".." then parts:remove() elseif part ~= "." then parts:insert(part) end
  end
  return table.concat(parts, "/")
end

local function relative(path)
  local _, depth = chapter.file:gsub("/", "")
  return ("../"):rep(depth) .. path
end

-- Anchors are unique in a page but not in the one PDF: there all but labels get the chapter's position.
local function anchor(id, where)
  return (html or kind(id) or id == "") and id or ("ch" .. where.position .. "-" .. id)
end

-- First pass: parts for one format, callouts, tabsets -------------------------------------------------------

local function visible(el)
  local when, unless = el.attributes["when-format"], el.attributes["unless-format"]
  for _, name in ipairs({ when, unless }) do
    if name ~= "html" and name ~= "typst" then problem("-format=.*", name, "unknown format " .. name) end
  end
  local target = html and "html" or "typst"
  local shown = (not when or when == target) and (not unless or unless ~= target)
  return shown == el.classes:includes("content-visible")
end

local function callout(div, name)
  local title = div.attributes.title and pandoc.Inlines(div.attributes.title) or pandoc.Inlines(CALLOUTS[name])
  if div.content[1] and div.content[1].t == "Header" then title = div.content:remove(1).content end
  local blocks = pandoc.Blocks({})
  if html then
    local open, close = '<aside class="callout ' .. name .. '">', "</aside>"
    local head = { rawline('<div class="callout-title">'), rawline("</div>") }
    if div.attributes.collapse then
      open = '<details class="callout ' .. name .. '"' .. (div.attributes.collapse == "false" and " open>" or ">")
      head, close = { rawline("<summary>"), rawline("</summary>") }, "</details>"
    end
    blocks:extend({ raw(open), pandoc.Plain({ head[1], pandoc.Span(title), head[2] }) })
    blocks:insert(pandoc.Div(div.content, { class = "callout-body" }))
    blocks:insert(raw(close))
  else
    local head = pandoc.Inlines({ rawline('#callout("' .. name .. '", [') }) .. title .. { rawline("])[") }
    blocks = pandoc.Blocks({ pandoc.Plain(head) }) .. div.content .. { raw("]") }
  end
  return blocks
end

local function tabset(div)
  local tabs = pandoc.List()
  for _, block in ipairs(div.content) do
    if block.t == "Header" and (#tabs == 0 or block.level == tabs[1].level) then
      tabs:insert({ title = block.content, level = block.level, content = pandoc.Blocks({}) })
    elseif #tabs > 0 then
      tabs[#tabs].content:insert(block)
    else
      problem("^:+.*", "panel-tabset", "a tabset starts with the heading of its first tab")
      return div.content
    end
  end
  tabsets = tabsets + 1
  local bar, panels = pandoc.Inlines({}), pandoc.Blocks({})
  for i, tab in ipairs(tabs) do
    local id = "tab-" .. tabsets .. "-" .. i
    local state = i == 1 and ' aria-selected="true"' or ' aria-selected="false" tabindex="-1"'
    bar:extend({ rawline('<button type="button" role="tab" id="' .. id .. '" aria-controls="' .. id .. '-panel"' .. state .. ">") })
    bar:extend(tab.title)
    bar:insert(rawline("</button>"))
    local open = '<div role="tabpanel" tabindex="0" id="' .. id .. '-panel" aria-labelledby="' .. id .. '"'
    if html then panels:insert(raw(open .. (i == 1 and ">" or " hidden>")))
    else panels:insert(pandoc.Para({ pandoc.Strong(tab.title) })) end
    panels:extend(tab.content)
    if html then panels:insert(raw("</div>")) end
  end
  if not html then return panels end
  return pandoc.Blocks({ raw('<div class="tabset"><div role="tablist">'), pandoc.Plain(bar), raw("</div>") })
    .. panels .. { raw("</div>") }
end

local function check(el, before, classes, keys)
  for _, class in ipairs(el.classes) do
    if not pandoc.List.includes(classes, class) then problem(before, class, "unknown class ." .. class) end
  end
  for key in pairs(el.attributes) do
    if not pandoc.List.includes(keys, key) then problem(before, key, "unknown attribute " .. key) end
  end
end

local structure = {
  Div = function(div)
    local name = (div.classes[1] or ""):match("^callout%-(.+)$")
    if name and CALLOUTS[name] then div.classes:remove(1) else name = nil end
    check(div, "^\\s*:::.*", DIV_CLASSES, DIV_KEYS)
    if name then return callout(div, name) end
    if div.classes:includes("panel-tabset") then return tabset(div) end
    if div.attributes["when-format"] or div.attributes["unless-format"] then
      return visible(div) and div.content or {}
    end
  end,
  Span = function(span)
    check(span, "\\{.*", SPAN_CLASSES, { "when-format", "unless-format" })
    if span.attributes["when-format"] or span.attributes["unless-format"] then
      return visible(span) and span.content or {}
    end
  end,
  CodeBlock = function(code)
    local fold = code.attributes.fold
    code.attributes.fold = nil
    if fold and html then
      return { raw("<details class=\"code-fold\"><summary>" .. fold .. "</summary>"), code, raw("</details>") }
    end
    return code
  end,
}

-- Second pass: numbers --------------------------------------------------------------------------------------

local function register(id, number, text)
  if id == "" then return end
  if index[id] and kind(id) then problem("", id, "the label " .. id .. " is used twice") end
  local entry = { number = number, text = text or (KINDS[kind(id)] .. "\u{a0}" .. number), chapter = chapter }
  index[kind(id) and id or (chapter.file .. "#" .. id)] = entry
end

local function count(what)
  chapter.counts[what] = (chapter.counts[what] or 0) + 1
  return (chapter.number and chapter.number .. "." or "") .. chapter.counts[what]
end

local function grid(blocks, columns)
  if html then
    return { raw('<div class="layout" style="--columns: ' .. columns .. '">'), pandoc.Div(blocks), raw("</div>") }
  end
  local cells = pandoc.Blocks({ raw("#layout(" .. columns .. ")(") })
  for _, block in ipairs(blocks) do cells:extend({ raw("["), block, raw("],") }) end
  return cells .. { raw(")") }
end

local function float(id, number, caption, blocks, classes, sub)
  local name = kind(id)
  local class = table.concat({ "float", name, table.unpack(classes) }, " ")
  local text = pandoc.Inlines(sub and ("(" .. number .. ") ") or (KINDS[name] .. "\u{a0}" .. number .. ": ")) .. caption
  if html then
    local head = pandoc.Blocks({ pandoc.Plain(pandoc.Inlines({ rawline("<figcaption>") }) .. text .. { rawline("</figcaption>") }) })
    local body = name == "tbl" and head .. pandoc.Blocks(blocks) or pandoc.Blocks(blocks) .. head
    return pandoc.Blocks({ raw('<figure id="' .. id .. '" class="' .. class .. '">') }) .. body .. { raw("</figure>") }
  end
  local open = "#float(" .. quoted(sub and "sub" or name) .. ", " .. tostring(pandoc.List.includes(classes, "column-page")) .. ", ["
  local head = pandoc.Plain(pandoc.Inlines({ rawline(open) }) .. text .. { rawline("])[") })
  return pandoc.Blocks({ head }) .. pandoc.Blocks(blocks) .. { raw("] <" .. id .. ">") }
end

-- A Div with a figure's or table's label: the last paragraph is the caption.
local function labelled(div)
  local number = count(kind(div.identifier))
  register(div.identifier, number)
  local caption = pandoc.Inlines({})
  local last = div.content[#div.content]
  if last and (last.t == "Para" or last.t == "Plain") and #div.content > 1 then
    caption = div.content:remove().content
  elseif last and last.t == "Table" then
    caption, last.caption = pandoc.utils.blocks_to_inlines(last.caption.long), {}
    div.content[#div.content] = last
  else
    problem("", div.identifier, "no caption for " .. div.identifier)
  end
  local letter = 96
  local content = div.content:walk({
    Div = function(sub)
      if not kind(sub.identifier) then return nil end
      letter = letter + 1
      register(sub.identifier, number, KINDS[kind(sub.identifier)] .. "\u{a0}" .. number .. " (" .. string.char(letter) .. ")")
      local text = sub.content:remove().content
      return pandoc.Div(float(sub.identifier, string.char(letter), text, sub.content, {}, true))
    end,
  })
  if div.attributes["layout-ncol"] then content = grid(content, div.attributes["layout-ncol"]) end
  return float(div.identifier, number, caption, content, div.classes), false
end

local numbers = {
  traverse = "topdown",
  Header = function(header)
    local number
    if not header.classes:includes("unnumbered") and (header.level == 1 or chapter.number) then
      local levels = chapter.levels
      levels[header.level] = (levels[header.level] or 0) + 1
      for level = header.level + 1, 6 do levels[level] = nil end
      number = table.concat(levels, ".", 1, header.level)
      if header.level == 1 then chapter.number = number end
    end
    local title = pandoc.utils.stringify(header)
    local text = number and ((header.level == 1 and "Chapter\u{a0}" or "Section\u{a0}") .. number) or title
    register(header.identifier, number or title, text)
    if header.level == 1 then
      chapter.title, chapter.id = header.content:clone(), header.identifier
    end
    if html and number then
      header.content = pandoc.Inlines({ pandoc.Span(number, { class = "number" }), pandoc.Space() }) .. header.content
    end
    header.identifier = anchor(header.identifier, chapter)
    return header
  end,
  Div = function(div)
    if kind(div.identifier) == "fig" or kind(div.identifier) == "tbl" then return labelled(div) end
    if div.attributes["layout-ncol"] then return grid(div.content, div.attributes["layout-ncol"]) end
    if not html and div.classes:includes("column-margin") then
      return pandoc.Blocks({ raw("#aside[") }) .. div.content .. { raw("]") }
    end
  end,
  Figure = function(figure)
    if kind(figure.identifier) ~= "fig" then return nil end
    local number = count("fig")
    register(figure.identifier, number)
    local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
    return float(figure.identifier, number, caption, figure.content, figure.classes), false
  end,
  Table = function(tbl)
    if kind(tbl.identifier) ~= "tbl" then return nil end
    local id, number = tbl.identifier, count("tbl")
    register(id, number)
    local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
    tbl.caption, tbl.identifier = {}, ""
    return float(id, number, caption, { tbl }, {}), false
  end,
  Para = function(para)
    for i, math in ipairs(para.content) do
      local mark = para.content[i + 1] and para.content[i + 1].t == "Space" and i + 2 or i + 1
      local id = para.content[mark] and para.content[mark].t == "Str" and para.content[mark].text:match("^{#(eq%-.+)}$")
      if math.t == "Math" and math.mathtype == "DisplayMath" and id then
        local number = count("eq")
        register(id, number)
        for _ = i + 1, mark do para.content:remove(i + 1) end
        if html then
          para.content[i] = pandoc.Span({ math, pandoc.Span("(" .. number .. ")", { class = "number" }) }, { id = id, class = "equation" })
        else
          para.content[i] = pandoc.Span({ rawline('#equation("(' .. number .. ')")['), math, rawline(" <" .. id .. ">]") })
        end
        return para
      end
    end
  end,
}

-- Third pass: references, links, pictures -------------------------------------------------------------------

local function link(text, id, target)
  if not html then return pandoc.Link(text, "#" .. anchor(id, target)) end
  local page = target.file == chapter.file and "" or relative(target.file:gsub("qmd$", "html"))
  return pandoc.Link(text, page .. (id ~= "" and "#" .. id or ""), "", { class = "xref" })
end

local chapters = {}

local references = {
  Cite = function(cite)
    local crossed = cite.citations:filter(function(c) return kind(c.id) end)
    for _, c in ipairs(cite.citations) do
      if kind(c.id) and not index[c.id] then
        problem("@", c.id, "nothing is labelled " .. c.id)
        return nil
      elseif not kind(c.id) and not bibliography[c.id] then
        problem("@", c.id, "no entry " .. c.id .. " in the bibliography")
      end
    end
    if #crossed == 0 then return nil end
    local inlines = pandoc.Inlines({})
    for i, c in ipairs(crossed) do
      if i > 1 then inlines:extend({ pandoc.Str(","), pandoc.Space() }) end
      local entry = index[c.id]
      local bare = c.mode == "SuppressAuthor" or #c.prefix > 0
      local text = pandoc.Inlines(#c.prefix > 0 and c.prefix .. { pandoc.Str("\u{a0}") } or {})
      text:insert(pandoc.Str(bare and entry.number or entry.text))
      inlines:insert(link(text, c.id, entry.chapter))
      inlines:extend(c.suffix)
    end
    return inlines
  end,
  Link = function(el)
    local path, id = el.target:match("^([^#]*)#?(.*)$")
    if el.target:match("^%a[%w+.-]*:") or el.classes:includes("xref") then return nil end
    local target = path == "" and chapter or chapters[rooted(path)]
    local entry = target and (index[kind(id) and id or (target.file .. "#" .. id)])
    if not target or (id ~= "" and not entry) then
      problem("\\(", el.target, "this link leads nowhere in the book")
      return nil
    end
    if not html and id == "" then id = target.id end
    return link(el.content, id, target)
  end,
  Image = function(image)
    local alt = image.attributes["fig-alt"] or image.attributes.alt or pandoc.utils.stringify(image.caption)
    if image.src:match("^%a[%w+.-]*:") then problem("\\(", image.src, "this picture lies outside the project") end
    chapter.files:insert({ path = rooted(image.src), source = image.src })
    local width = image.attributes.width
    if html then
      local attributes = { class = table.concat(image.classes, " "), width = width }
      return pandoc.Image(alt, relative(rooted(image.src)), image.title, attributes)
    end
    -- Typst reads a length from the file itself and keeps it within the text; a share of the width it is told.
    local size = width and not width:match("in$") and width:gsub("^([%d.]+)px$", function(px) return px * 0.75 .. "pt" end)
    return rawline("#picture(" .. quoted("/" .. rooted(image.src)) .. ", " .. (size or "auto") .. ", " .. quoted(alt) .. ")")
  end,
}

function Pandoc(doc)
  html = pandoc.utils.stringify(doc.meta.target) == "html"
  local all = { nocite = pandoc.MetaInlines({ pandoc.Cite({}, { pandoc.Citation("*", "NormalCitation") }) }) }
  all.bibliography = doc.meta.bibliography
  for _, entry in ipairs(all.bibliography and pandoc.utils.references(pandoc.Pandoc({}, all)) or {}) do
    bibliography[entry.id] = true
  end
  local levels = {}
  local list = pandoc.List()
  for i, div in ipairs(doc.blocks) do
    chapter = { file = div.attributes.file, position = i, counts = {}, levels = levels, files = pandoc.List() }
    list:insert(chapter)
    chapters[chapter.file] = chapter
    div.content = div.content:walk(structure):walk(numbers)
    if not chapter.title then problem("", "", "a chapter starts with a heading of level 1") end
  end
  for i, div in ipairs(doc.blocks) do
    chapter = list[i]
    div.content = div.content:walk(references)
    doc.blocks[i] = div
  end
  doc.meta.problems = problems
  doc.meta.chapters = list:map(function(c)
    return { file = c.file, number = c.number or "", title = pandoc.MetaInlines(c.title or {}), files = c.files }
  end)
  return doc
end
